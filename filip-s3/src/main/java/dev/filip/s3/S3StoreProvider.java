package dev.filip.s3;

import dev.filip.data.store.Store;
import dev.filip.data.store.StoreProvider;
import dev.filip.data.store.Timeouts;

/** Makes the store of {@code s3://} locations; named in this jar's services. */
public final class S3StoreProvider implements StoreProvider {
  @Override
  public boolean reads(String scheme) {
    return scheme.equals("s3");
  }

  @Override
  public Store create(String scheme, Timeouts timeouts) {
    return new S3Store(S3Clients.ofEnvironment(timeouts), timeouts);
  }
}
