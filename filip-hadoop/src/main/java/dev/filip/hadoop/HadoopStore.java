package dev.filip.hadoop;

import dev.filip.data.store.ObjectInfo;
import dev.filip.data.store.Store;
import dev.filip.data.store.StoreFailure;
import dev.filip.data.store.StoreFailure.Kind;
import dev.filip.data.store.Timeouts;
import dev.filip.io.BadInput;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.PathIsNotDirectoryException;
import org.apache.hadoop.security.AccessControlException;

/**
 * Files of Hadoop's file systems, {@code SCHEME://AUTHORITY/PATH}, a path as it stands. A version
 * is the ETag where the system has one, else the time of change. Thread-safe.
 */
final class HadoopStore implements Store {
  private final Configuration settings;
  private final Timeouts timeouts;
  // its own: those of Hadoop's cache are others' to close
  private final Map<String, FileSystem> open = new ConcurrentHashMap<>();

  HadoopStore(Configuration settings, Timeouts timeouts) {
    this.settings = settings;
    this.timeouts = timeouts;
  }

  /** A path and the system that it lies in. */
  private record Place(FileSystem system, Path path) {}

  private Place place(String location) throws IOException {
    Path path;
    try {
      path = new Path(location);
    } catch (IllegalArgumentException e) {
      throw BadInput.of("location", location, "SCHEME://HOST/PATH");
    }
    URI uri = path.toUri();
    String system =
        uri.getScheme() + "://" + (uri.getAuthority() == null ? "" : uri.getAuthority());
    try {
      return new Place(open.computeIfAbsent(system, _ -> open(uri)), path);
    } catch (RuntimeException | LinkageError e) {
      throw failure(e instanceof UncheckedIOException && e.getCause() != null ? e.getCause() : e);
    }
  }

  private FileSystem open(URI uri) {
    try {
      return FileSystem.newInstance(uri, settings);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is asked of Hadoop; all that goes wrong is said in one line. */
  private interface Question<T> {
    T ask(Place place) throws IOException;
  }

  private <T> T ask(String location, Question<T> question) throws IOException {
    Place place = place(location);
    try {
      return question.ask(place);
    } catch (IOException | RuntimeException | LinkageError e) {
      throw failure(e);
    }
  }

  @Override
  public ObjectInfo info(String location) throws IOException {
    return ask(location, at -> info(location, at.system().getFileStatus(at.path())));
  }

  private static ObjectInfo info(String location, FileStatus status) throws IOException {
    if (!status.isFile()) {
      throw new StoreFailure(Kind.REFUSED, "not a file", null);
    }
    String etag = status instanceof EtagSource tagged ? tagged.getEtag() : null;
    String version = etag == null ? "@" + status.getModificationTime() : etag;
    return new ObjectInfo(location, status.getLen(), version);
  }

  @Override
  public InputStream open(String location, long from, long length) throws IOException {
    if (length == 0) {
      return InputStream.nullInputStream();
    }
    return ask(
        location,
        at -> {
          // not every system refuses to read beyond the end
          if (from > 0 && from > at.system().getFileStatus(at.path()).getLen()) {
            throw StoreFailure.beyond(from);
          }
          FSDataInputStream in = at.system().open(at.path());
          try {
            if (from > 0) {
              in.seek(from);
            }
            return new Body(in, length);
          } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
          }
        });
  }

  @Override
  public List<ObjectInfo> list(String folder) throws IOException {
    return ask(
        folder,
        at -> {
          if (!at.system().getFileStatus(at.path()).isDirectory()) {
            throw new StoreFailure(Kind.REFUSED, "not a folder", null);
          }
          List<ObjectInfo> found = new ArrayList<>();
          for (FileStatus status : at.system().listStatus(at.path())) {
            if (status.isFile()) {
              found.add(info(folder + status.getPath().getName(), status));
            }
          }
          found.sort(Comparator.comparing(ObjectInfo::location));
          return found;
        });
  }

  private StoreFailure failure(Throwable e) {
    return switch (e) {
      case StoreFailure known -> known;
      case FileNotFoundException _ -> new StoreFailure(Kind.MISSING, "no such file", e);
      case AccessControlException _ -> new StoreFailure(Kind.DENIED, "no permission", e);
      case AccessDeniedException _ -> new StoreFailure(Kind.DENIED, "no permission", e);
      case PathIsNotDirectoryException _ -> new StoreFailure(Kind.REFUSED, "not a folder", e);
      case LinkageError _ ->
          new StoreFailure(
              Kind.REFUSED, "Hadoop's jars (FILIP_HADOOP) do not fit: " + firstLine(e), e);
      case UnsupportedOperationException _ ->
          new StoreFailure(Kind.REFUSED, "Hadoop cannot do that: " + firstLine(e), e);
      case IOException _ -> network(e);
      default ->
          e.getCause() instanceof IOException
              ? network(e)
              : new StoreFailure(Kind.REFUSED, "Hadoop refuses it: " + firstLine(e), e);
    };
  }

  /** An unknown host, a time-out and their kin in words, anything else in Hadoop's. */
  private StoreFailure network(Throwable e) {
    StoreFailure known = StoreFailure.of(e, timeouts);
    return known.getMessage().startsWith("the connection was cut")
        ? StoreFailure.passing(firstLine(e), e)
        : known;
  }

  /** The first line of a message, else the name of what was thrown. */
  static String firstLine(Throwable e) {
    String text = e.getMessage() == null ? "" : e.getMessage().strip();
    return text.isEmpty() ? e.getClass().getSimpleName() : text.lines().findFirst().orElse("");
  }

  @Override
  public void close() {
    for (FileSystem system : open.values()) {
      try {
        system.close();
      } catch (IOException e) {
        continue; // nothing is written that could be lost
      }
    }
    open.clear();
  }

  /** At most so many bytes, and in words what cut it. */
  private final class Body extends InputStream {
    private final FSDataInputStream in;
    private long left;

    Body(FSDataInputStream in, long length) {
      this.in = in;
      this.left = length < 0 ? Long.MAX_VALUE : length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      try {
        int got = in.read(into, offset, (int) Math.min(length, left));
        left -= Math.max(0, got);
        return got;
      } catch (EOFException e) {
        return -1;
      } catch (IOException | RuntimeException e) {
        throw failure(e);
      }
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
