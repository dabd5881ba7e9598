package dev.filip.data.hub;

import dev.filip.io.Outputs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The hub's cache of one model as {@code huggingface_hub} lays it out: {@code refs/REVISION} holds
 * a commit, {@code blobs/HASH} the bytes, {@code snapshots/COMMIT/NAME} links to them.
 */
final class HubCache {
  private final Path folder;
  private final Linker linker;

  /** Makes a link; a system that cannot throws. */
  interface Linker {
    void link(Path link, Path target) throws IOException;
  }

  HubCache(Path cache, HubModel model) {
    this(cache, model, Files::createSymbolicLink);
  }

  HubCache(Path cache, HubModel model, Linker linker) {
    this.folder = cache.resolve("models--" + model.owner() + "--" + model.name());
    this.linker = linker;
  }

  /** The commit that a revision was when it was last asked for. */
  Optional<String> commit(String revision) throws IOException {
    if (HubModel.isCommit(revision)) {
      return Optional.of(revision);
    }
    Path ref = folder.resolve("refs").resolve(revision);
    return Files.isRegularFile(ref)
        ? Optional.of(Files.readString(ref).strip()).filter(HubModel::isCommit)
        : Optional.empty();
  }

  /** Keeps what commit a branch or tag is. */
  void keep(String revision, String commit) throws IOException {
    if (!revision.equals(commit) && !commit(revision).equals(Optional.of(commit))) {
      Outputs.file(
          folder.resolve("refs").resolve(revision), commit.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** The folder that an import reads. */
  Path snapshot(String commit) {
    return folder.resolve("snapshots").resolve(commit);
  }

  /** Names of the files that a snapshot has; a link to nothing is none. */
  Set<String> files(String commit) throws IOException {
    Set<String> names = new TreeSet<>();
    if (Files.isDirectory(snapshot(commit))) {
      try (Stream<Path> all = Files.list(snapshot(commit))) {
        all.filter(Files::isRegularFile).forEach(file -> names.add(file.getFileName().toString()));
      }
    }
    return names;
  }

  /** Where bytes lie. */
  Path blob(BlobHash hash) {
    return folder.resolve("blobs").resolve(hash.hex());
  }

  /** Puts a blob into a snapshot: a link, or a copy where the system has none. */
  void show(String commit, String name, BlobHash hash) throws IOException {
    Path snapshot = snapshot(commit);
    Path shown = snapshot.resolve(name);
    Path blob = blob(hash);
    Files.createDirectories(snapshot);
    Files.deleteIfExists(shown);
    try {
      linker.link(shown, snapshot.relativize(blob));
    } catch (FileAlreadyExistsException e) {
      return; // another process has just shown the same
    } catch (IOException | UnsupportedOperationException e) {
      Path beside = shown.resolveSibling(name + "." + ProcessHandle.current().pid() + ".tmp");
      Files.copy(blob, beside, StandardCopyOption.REPLACE_EXISTING);
      Files.move(beside, shown, StandardCopyOption.ATOMIC_MOVE);
    }
  }
}
