package dev.filip.indexing;

import dev.filip.io.BadInput;
import dev.filip.io.Digests;
import dev.filip.io.Json;
import dev.filip.io.Progress;
import dev.filip.search.Hit;
import dev.filip.search.IndexAbout;
import dev.filip.search.IndexEditor;
import dev.filip.search.Item;
import dev.filip.tokens.TokenFile;
import dev.filip.tokens.TokenStore;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Adds the images of a token store ({@code filip encode}): no model runs, and there is neither
 * metadata nor thumbnail. Used by one thread.
 */
public final class StoreIndexer {
  private final IndexAbout about;
  private final List<Item> waiting = new ArrayList<>();
  private IndexEditor.Done done = IndexEditor.Done.NOTHING;
  private long unchanged;

  public StoreIndexer(IndexAbout about) {
    this.about = about;
  }

  /** Whether a folder is one. */
  public static boolean isStore(String source) {
    try {
      return Files.isRegularFile(Path.of(source).resolve("store.json"));
    } catch (java.nio.file.InvalidPathException e) {
      return false;
    }
  }

  /**
   * Adds all of it.
   *
   * @throws BadInput where it was encoded by another model than the index's
   */
  public Added run(Path index, Path folder, boolean quiet) throws IOException {
    long begun = System.nanoTime();
    try (TokenStore store = TokenStore.open(folder);
        IndexEditor editor = IndexEditor.open(index);
        Progress progress =
            quiet ? null : new Progress("images", store.items(TokenFile.Kind.IMAGES))) {
      long count = 0;
      for (TokenFile file : store.files(TokenFile.Kind.IMAGES)) {
        check(folder, file);
        Tokens rows = about.isLate() ? file.rows() : file.encoded().globals();
        for (int i = 0; i < file.size(); i++) {
          take(editor, file.key(i), rows.slice(i, i + 1).as(Tokens.Type.BF16));
          if (progress != null) {
            progress.to(++count, "");
          }
        }
        commit(editor, 1); // before the file is unmapped
      }
      return new Added(done, unchanged, Map.of(), (System.nanoTime() - begun) / 1e9);
    }
  }

  private void check(Path folder, TokenFile file) {
    about.require("the store " + folder, file.about().encoder(), file.about().d());
    BadInput.require(
        file.about().preprocessing().equals(about.preprocessing()),
        "preprocessing of " + folder,
        "another",
        "the index's");
  }

  private void take(IndexEditor editor, String id, Tokens rows) throws IOException {
    String digest = Digests.sha256(rows.item(0).toArray(ValueLayout.JAVA_BYTE));
    Optional<Hit> there = editor.now().find(id);
    if (there.isPresent() && there.get().about().digest().equals(digest)) {
      unchanged++;
      return;
    }
    waiting.add(new Item(id, rows, new Item.About(null, Json.object(), List.of(), null, digest)));
    commit(editor, SourceIndexer.COMMIT);
  }

  private void commit(IndexEditor editor, int atLeast) throws IOException {
    if (waiting.size() >= atLeast) {
      done = done.plus(editor.add(waiting));
      waiting.clear();
    }
  }
}
