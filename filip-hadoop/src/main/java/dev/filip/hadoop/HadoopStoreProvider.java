package dev.filip.hadoop;

import dev.filip.data.store.Store;
import dev.filip.data.store.StoreProvider;
import dev.filip.data.store.Timeouts;

/**
 * Makes the stores of the schemes that Hadoop knows ({@code hdfs}, {@code s3a}, {@code abfs}, ...);
 * named in this jar's services. Without Hadoop on the class path it reads nothing. {@code s3} is
 * left to filip-s3.
 */
public final class HadoopStoreProvider implements StoreProvider {
  @Override
  public boolean reads(String scheme) {
    return !scheme.equals("s3") && hasHadoop() && HadoopSettings.knows(scheme);
  }

  private static boolean hasHadoop() {
    ClassLoader loader = HadoopStoreProvider.class.getClassLoader();
    return loader.getResource("org/apache/hadoop/fs/FileSystem.class") != null;
  }

  @Override
  public Store create(String scheme, Timeouts timeouts) {
    return new HadoopStore(HadoopSettings.ofEnvironment(scheme, timeouts), timeouts);
  }
}
