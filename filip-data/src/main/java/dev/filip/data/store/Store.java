package dev.filip.data.store;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * One kind of place that holds objects named by locations: a folder tree, a web server, a bucket.
 * It asks once; repeating is the caller's ({@link ShardCache}). Thread-safe.
 */
public interface Store extends AutoCloseable {
  /**
   * Size and version, without reading the object.
   *
   * @throws StoreFailure when the store refuses or cannot be reached; it says whether asking again
   *     may help
   */
  ObjectInfo info(String location) throws IOException;

  /**
   * The bytes {@code [from, from + length)} of the object.
   *
   * @param length in bytes; -1 is up to the object's end
   * @throws StoreFailure as {@link #info}; also where {@code from} lies beyond the object's end
   */
  InputStream open(String location, long from, long length) throws IOException;

  /**
   * The bytes from {@code from} to the end of exactly this version of an object.
   *
   * @throws StoreFailure of kind {@code CHANGED} where the store holds another by now
   */
  default InputStream open(ObjectInfo object, long from) throws IOException {
    ObjectInfo now = info(object.location());
    if (!now.equals(object)) {
      throw new StoreFailure(StoreFailure.Kind.CHANGED, "the object has changed", null);
    }
    return open(object.location(), from, -1);
  }

  /**
   * The objects directly below a folder, in order of name.
   *
   * @param folder a location that ends with {@code /}
   * @throws StoreFailure also where such a store cannot list (a web server)
   */
  List<ObjectInfo> list(String folder) throws IOException;

  @Override
  void close();
}
