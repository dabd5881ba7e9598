package dev.filip.tokens;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.tokens.TokenFile.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes a {@link TokenStore} part by part, in a folder beside its place that is renamed when all is
 * there; {@code request.json} in it says what was asked for. After a crash the same request goes
 * on: parts that are whole, which all their sums say, are kept, and the rest is made again. One
 * process at a time, by a lock; used by one thread.
 */
public final class TokenStoreWriter implements Closeable {
  private static final String REQUEST = "request.json";
  private static final String LOCK = "lock";
  private final Path out;
  private final Path work;
  private final FileChannel lock;

  /**
   * Begins a store or goes on with it.
   *
   * @param request everything that the bytes depend on: another one does not go on
   * @param force replaces a finished store, and drops an unfinished one of another request
   * @throws BadInput where there is one that may not be replaced
   */
  public TokenStoreWriter(Path out, JsonNode request, boolean force) throws IOException {
    TokenStore.OWN.requireFree(out, force);
    this.out = out.toAbsolutePath().normalize();
    work = this.out.resolveSibling("." + this.out.getFileName() + ".unfinished");
    Files.createDirectories(work);
    lock =
        FileChannel.open(work.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      hold();
      goOn(Json.line(request), force);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private void hold() throws IOException {
    boolean held;
    try {
      held = lock.tryLock() != null;
    } catch (OverlappingFileLockException e) { // in this very process
      held = false;
    }
    if (!held) {
      throw new BadInput("output " + out + " is being written by another process");
    }
  }

  private void goOn(String request, boolean force) throws IOException {
    Path file = work.resolve(REQUEST);
    if (Files.exists(file) && Json.line(Json.read(file)).equals(request)) {
      return;
    }
    if (Files.exists(file) && !force) {
      throw new BadInput(
          work
              + " holds an unfinished store of another model, source or options: give --force to"
              + " drop it, or another name");
    }
    List<Path> old;
    try (var all = Files.list(work)) {
      old = all.filter(p -> !p.endsWith(LOCK)).toList();
    }
    old.forEach(Outputs::delete);
    Outputs.file(file, request.getBytes(StandardCharsets.UTF_8));
  }

  /** What the part's provenance says if it is whole; a damaged one is deleted. */
  public java.util.Optional<JsonNode> whole(TokenFile.About about, int part) throws IOException {
    Path file = work.resolve(TokenStore.name(about.kind(), part));
    if (!Files.exists(file)) {
      return java.util.Optional.empty();
    }
    try (TokenFile open = TokenFile.open(file)) {
      open.verify();
      if (open.about().equals(about)) {
        return java.util.Optional.of(open.provenance());
      }
    } catch (BadInput e) {
      System.getLogger(TokenStoreWriter.class.getName())
          .log(System.Logger.Level.WARNING, "made again: " + e.getMessage());
    }
    Files.delete(file);
    return java.util.Optional.empty();
  }

  /** Begins a part; its file is there when the writer has finished. */
  public TokenWriter part(TokenFile.About about, int part) throws IOException {
    return new TokenWriter(work.resolve(TokenStore.name(about.kind(), part)), about);
  }

  /**
   * Puts the complete store in its place.
   *
   * @param parts of each kind; those of every kind are numbered from 0
   * @param note what {@code store.json} says beside the counts
   * @return {@code store.json}
   */
  public ObjectNode finish(int parts, List<Kind> kinds, ObjectNode note) throws IOException {
    ObjectNode summary = Json.object().put("format", TokenStore.FORMAT);
    for (Kind kind : kinds) {
      List<TokenFile> files = new ArrayList<>();
      try {
        for (int part = 0; part < parts; part++) {
          files.add(TokenFile.open(work.resolve(TokenStore.name(kind, part))));
        }
        TokenFile.About about = files.getFirst().about();
        summary
            .put("type", about.type().word())
            .put("width", about.d())
            .put("encoder", about.encoder())
            .put("preprocessing", about.preprocessing());
        summary.set(TokenStore.word(kind), TokenStore.counts(files));
      } finally {
        files.forEach(TokenFile::close);
      }
    }
    summary.setAll(note);
    Outputs.file(
        work.resolve(TokenStore.SUMMARY),
        (Json.pretty(summary) + "\n").getBytes(StandardCharsets.UTF_8));
    lock.close();
    Files.delete(work.resolve(LOCK));
    Outputs.replace(work, out);
    return summary;
  }

  /** Lets go of an unfinished store, which stays for the next time. */
  @Override
  public void close() throws IOException {
    lock.close();
  }
}
