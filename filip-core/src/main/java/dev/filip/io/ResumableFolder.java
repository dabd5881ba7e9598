package dev.filip.io;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An output folder that is made part by part and can be gone on with: until it is whole its parts
 * lie in {@code OUT.partial}, beside the request they belong to and a lock. Another request is
 * refused. One process at a time makes it ({@link #begin}), or any number their shares of it
 * ({@link #join}). Used by one thread.
 */
public final class ResumableFolder implements Closeable {
  private static final String REQUEST = "request.json";
  private static final String LOCK = "lock";

  private final Path out;
  private final Path partial;
  private final ObjectNode request;
  private final String answer;
  private final String command;
  private @Nullable FileChannel channel;
  private @Nullable FileLock lock;

  /**
   * Touches nothing yet.
   *
   * @param request what must be the same to go on; {@code source} is its key for the data
   * @param answer the file by which a finished folder is known; it holds its {@code request}
   * @param command what writes such folders, for messages
   */
  public ResumableFolder(Path out, ObjectNode request, String answer, String command) {
    this.out = out.toAbsolutePath().normalize();
    BadInput.require(this.out.getFileName() != null, "--out", out, "a folder to make");
    this.partial = this.out.resolveSibling(this.out.getFileName() + ".partial");
    this.request = request;
    this.answer = answer;
    this.command = command;
  }

  /** Where it will lie. */
  public Path out() {
    return out;
  }

  /** A place for a part. */
  public Path part(String name) {
    return partial.resolve(name);
  }

  /**
   * The answer of a folder that is whole already; null where there is something to do.
   *
   * @throws BadInput where something else lies there, or, without {@code force}, one of another
   *     request
   */
  public @Nullable JsonNode finished(boolean force) throws IOException {
    if (!Files.exists(out) || isEmpty(out)) {
      return null;
    }
    BadInput.require(
        Files.isRegularFile(out.resolve(answer)),
        "--out",
        out,
        "a new folder, or one that " + command + " wrote");
    JsonNode told = Json.readObject(out.resolve(answer));
    if (force) {
      return null;
    }
    same(out, told.path("request"));
    Outputs.delete(partial);
    return told;
  }

  /**
   * Goes on with what is there, or begins anew.
   *
   * @param parts folders within, made; emptied where it begins anew
   * @param done the one of them that is not empty where there is something to go on with
   * @throws BadInput where something else, or another request's, lies there
   */
  public void begin(boolean force, String done, String... parts) throws IOException {
    Files.createDirectories(partial);
    lock(false);
    Path told = partial.resolve(REQUEST);
    boolean ours = Files.isRegularFile(told);
    if (!ours) {
      try (Stream<Path> files = Files.list(partial)) {
        boolean other = files.anyMatch(file -> !file.getFileName().toString().equals(LOCK));
        BadInput.require(!other, "--out", out, "a name beside which no other " + partial + " lies");
      }
    }
    if (ours && !force && Files.isDirectory(part(done)) && !isEmpty(part(done))) {
      same(partial, Json.readObject(told));
    } else {
      for (String part : parts) {
        Outputs.delete(part(part));
      }
      Outputs.file(told, Json.pretty(request).getBytes(StandardCharsets.UTF_8));
    }
    for (String part : parts) {
      Files.createDirectories(part(part));
    }
  }

  /**
   * Makes a share of it while other processes make theirs; nothing that is there is removed. A
   * folder that is not begun is begun.
   *
   * @param parts folders within, made
   * @throws BadInput where something else, or another request's, lies there
   */
  public void join(String... parts) throws IOException {
    Files.createDirectories(partial);
    lock(true);
    Path told = partial.resolve(REQUEST);
    if (Files.isRegularFile(told)) {
      same(partial, Json.readObject(told));
    } else { // others that do so now write the same
      Outputs.file(told, Json.pretty(request).getBytes(StandardCharsets.UTF_8));
    }
    for (String part : parts) {
      Files.createDirectories(part(part));
    }
  }

  /** One process writes there, or several a share each; a killed one's lock is gone with it. */
  private void lock(boolean shared) throws IOException {
    FileChannel opened = FileChannel.open(partial.resolve(LOCK), CREATE, READ, WRITE);
    channel = opened;
    try {
      lock = opened.tryLock(0, Long.MAX_VALUE, shared);
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      throw new IOException(partial + " is being written by another process");
    }
  }

  /** Puts a part that is whole in its place; the others go. */
  public void finish(String part) throws IOException {
    Outputs.replace(part(part), out);
    discard();
  }

  /** Leaves nothing. */
  public void discard() {
    Outputs.delete(partial);
  }

  private void same(Path where, JsonNode old) {
    for (var entry : request.properties()) {
      JsonNode was = old.path(entry.getKey());
      if (!was.equals(entry.getValue())) {
        String what =
            entry.getKey().equals("source")
                ? "other data"
                : entry.getKey() + " was " + shown(was) + ", not " + shown(entry.getValue());
        throw new BadInput(
            where
                + " is of another request: "
                + what
                + "; give --force to begin anew, or another --out");
      }
    }
  }

  private static String shown(JsonNode value) {
    return value.isContainerNode() ? value.toString() : value.asText();
  }

  private static boolean isEmpty(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  /** Lets others in. */
  @Override
  public void close() throws IOException {
    if (lock != null) {
      lock.close();
    }
    if (channel != null) {
      channel.close();
    }
  }
}
