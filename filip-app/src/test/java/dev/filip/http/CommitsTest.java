package dev.filip.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.search.IndexAbout;
import dev.filip.search.IndexEditor;
import dev.filip.search.IndexFiles;
import dev.filip.search.Item;
import dev.filip.search.Snapshot;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What many requests change at once is written together, and each is told of its own. */
class CommitsTest {
  private static final int D = 8;

  @TempDir Path temp;
  private Path index;
  private final AtomicInteger commits = new AtomicInteger();
  private Commits writer;

  @BeforeEach
  void makeAnIndex() throws IOException {
    index = temp.resolve("index");
    IndexAbout.Patches patches = new IndexAbout.Patches(2, 2, 4, 0);
    IndexFiles.create(
        index,
        new IndexAbout("model", "0".repeat(64), "1".repeat(64), D, "late", "fp32", patches),
        false);
    writer = new Commits(index, commits::incrementAndGet);
  }

  private static Item item(String id, int d) {
    float[] rows = new float[4 * d];
    for (int k = 0; k < 4; k++) {
      rows[k * d] = 1;
    }
    Item.About about = new Item.About(null, Json.object(), List.of(), null, "");
    return new Item(id, Tokens.packed(rows, d, 4).as(Tokens.Type.BF16), about);
  }

  private long items() throws IOException {
    try (Snapshot now = Snapshot.open(index)) {
      return now.size();
    }
  }

  /** Changes that come while another writes, in this order. */
  private <T> List<Future<T>> meanwhile(ExecutorService all, List<Callable<T>> changes)
      throws IOException, InterruptedException {
    List<Future<T>> running = new ArrayList<>();
    try (IndexEditor _ = IndexEditor.open(index)) {
      for (var change : changes) {
        running.add(all.submit(change));
        Thread.sleep(50);
      }
    }
    return running;
  }

  @Test
  void whatComesTogetherIsOneCommit() throws Exception {
    try (ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Commits.Outcome>> changes = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        String id = "picture-" + i % 10;
        changes.add(() -> writer.add(item(id, D)));
      }
      List<Future<Commits.Outcome>> running = meanwhile(all, changes);
      int added = 0;
      int replaced = 0;
      for (Future<Commits.Outcome> one : running) {
        added += one.get().done().added();
        replaced += one.get().done().replaced();
      }
      assertThat(added).isEqualTo(10);
      assertThat(replaced).isEqualTo(2);
      assertThat(running.getLast().get().items()).isEqualTo(10);
      assertThat(running.getLast().get().done().replaced()).isEqualTo(1);
    }
    assertThat(items()).isEqualTo(10);
    assertThat(commits.get()).isBetween(1, 2); // the first may have begun by itself
  }

  @Test
  void changesOfOnePictureHappenInTheOrderOfComing() throws Exception {
    try (ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Commits.Outcome>> running =
          meanwhile(
              all,
              List.of(
                  () -> writer.add(item("a", D)),
                  () -> writer.remove("a"),
                  () -> writer.remove("a"),
                  () -> writer.add(item("a", D)),
                  () -> writer.add(item("b", D)),
                  () -> writer.remove("b")));
      List<IndexEditor.Done> done = new ArrayList<>();
      for (Future<Commits.Outcome> one : running) {
        done.add(one.get().done());
      }
      assertThat(done)
          .containsExactly(
              new IndexEditor.Done(1, 0, 0),
              new IndexEditor.Done(0, 0, 1),
              IndexEditor.Done.NOTHING,
              new IndexEditor.Done(1, 0, 0),
              new IndexEditor.Done(1, 0, 0),
              new IndexEditor.Done(0, 0, 1));
    }
    assertThat(items()).isEqualTo(1);
  }

  @Test
  void oneThatCannotBeMadeCostsNoOther() throws Exception {
    try (ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Commits.Outcome>> running =
          meanwhile(
              all,
              List.of(
                  () -> writer.add(item("a", D)),
                  () -> writer.add(item("b", D + 1)),
                  () -> writer.add(item("c", D))));
      assertThat(running.get(0).get().done().added()).isEqualTo(1);
      assertThatThrownBy(() -> running.get(1).get())
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(BadInput.class)
          .hasMessageContaining("width of b");
      assertThat(running.get(2).get().done().added()).isEqualTo(1);
    }
    assertThat(items()).isEqualTo(2);
    assertThat(writer.remove("c").items()).isEqualTo(1);
  }
}
