package dev.filip.hadoop;

import dev.filip.data.store.Timeouts;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.jspecify.annotations.Nullable;

/**
 * Hadoop's settings as its own programs find them: {@code core-site.xml} and its kin on the class
 * path and in {@code HADOOP_CONF_DIR}; above them {@code FILIP_HADOOP_OPTIONS}, lines of {@code
 * KEY=VALUE}. Repeating is the cache's, so what nobody has set of waiting and repeating is short.
 */
final class HadoopSettings {
  private static final String OPTIONS = "FILIP_HADOOP_OPTIONS";

  private HadoopSettings() {}

  /** Whether Hadoop names a class for this scheme, there or not. */
  static boolean knows(String scheme) {
    try {
      FileSystem.getFileSystemClass(scheme, plain());
      return true;
    } catch (UnsupportedFileSystemException e) {
      return false;
    } catch (IOException | RuntimeException | LinkageError e) {
      return true; // which create says in words
    }
  }

  static Configuration ofEnvironment(String scheme, Timeouts timeouts) {
    Configuration settings = plain();
    requireClass(scheme, settings);
    long connect = timeouts.connect().toMillis();
    long answer = timeouts.answer().toMillis();
    unlessSet(settings, "ipc.client.connect.timeout", connect);
    unlessSet(settings, "ipc.client.connect.max.retries", 1);
    unlessSet(settings, "ipc.client.connect.max.retries.on.timeouts", 1);
    unlessSet(settings, "dfs.client.socket-timeout", answer);
    unlessSet(settings, "fs.s3a.connection.establish.timeout", connect);
    unlessSet(settings, "fs.s3a.connection.timeout", answer);
    unlessSet(settings, "fs.s3a.attempts.maximum", 1);
    unlessSet(settings, "fs.s3a.retry.limit", 1);
    return settings;
  }

  private static void requireClass(String scheme, Configuration settings) {
    try {
      FileSystem.getFileSystemClass(scheme, settings);
    } catch (IOException | RuntimeException | LinkageError e) {
      throw new BadInput(
          scheme
              + "://: Hadoop's jars (FILIP_HADOOP) lack a connector for it: "
              + HadoopStore.firstLine(e));
    }
  }

  private static void unlessSet(Configuration settings, String key, long value) {
    String[] from = settings.getPropertySources(key);
    if (from == null || (from.length > 0 && from[from.length - 1].endsWith("-default.xml"))) {
      settings.setLong(key, value);
    }
  }

  private static Configuration plain() {
    Configuration settings = new Configuration();
    String folder = System.getenv("HADOOP_CONF_DIR");
    if (folder != null && !folder.isBlank()) {
      for (String name : new String[] {"core-site.xml", "hdfs-site.xml"}) {
        Path file = Path.of(folder, name);
        if (Files.isReadable(file)) {
          settings.addResource(new org.apache.hadoop.fs.Path(file.toUri()));
        }
      }
    }
    options(System.getenv(OPTIONS)).forEach((k, v) -> settings.set((String) k, (String) v));
    return settings;
  }

  /** The lines of {@link java.util.Properties}. */
  static Properties options(@Nullable String text) {
    Properties found = new Properties();
    try {
      found.load(new StringReader(text == null ? "" : text));
    } catch (IOException | IllegalArgumentException e) {
      throw new BadInput(OPTIONS + " must be lines of KEY=VALUE: " + e.getMessage());
    }
    return found;
  }
}
