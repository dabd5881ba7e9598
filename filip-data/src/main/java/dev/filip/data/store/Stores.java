package dev.filip.data.store;

import dev.filip.io.BadInput;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;

/** The store of every location, made when it is first asked for. Thread-safe. */
final class Stores implements AutoCloseable {
  private static final String LOCAL = "";

  private final Map<String, Store> open = new ConcurrentHashMap<>();
  private final Timeouts timeouts;

  Stores(Timeouts timeouts) {
    this.timeouts = timeouts;
  }

  /** The store that {@code location} lies in; it stays this object's. */
  Store of(String location) {
    String scheme = Locations.scheme(location);
    return open.computeIfAbsent(scheme == null ? LOCAL : scheme, s -> create(s, location));
  }

  private Store create(String scheme, String location) {
    return switch (scheme) {
      case LOCAL -> new LocalStore();
      case "http", "https" -> new HttpStore(timeouts);
      default -> provided(scheme, location);
    };
  }

  private Store provided(String scheme, String location) {
    for (StoreProvider provider :
        ServiceLoader.load(StoreProvider.class, Stores.class.getClassLoader())) {
      if (provider.reads(scheme)) {
        return provider.create(scheme, timeouts);
      }
    }
    if (scheme.equals("s3")) {
      throw new BadInput(location + ": reading S3 needs filip-s3 on the class path");
    }
    throw new BadInput(
        Locations.shown(location)
            + ": nothing reads "
            + scheme
            + ":// (a path, http://, https:// or s3:// can be read; what Hadoop knows, with its jars"
            + " in FILIP_HADOOP)");
  }

  @Override
  public void close() {
    open.values().forEach(Store::close);
    open.clear();
  }
}
