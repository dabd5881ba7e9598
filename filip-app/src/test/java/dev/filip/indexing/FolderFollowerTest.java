package dev.filip.indexing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.Filip;
import dev.filip.encode.Match;
import dev.filip.io.OwnJava;
import dev.filip.search.Hit;
import dev.filip.search.IndexAbout;
import dev.filip.search.IndexEditor;
import dev.filip.search.IndexFiles;
import dev.filip.search.Snapshot;
import dev.filip.tensor.EncodingPrecision;
import dev.filip.viz.AwtImages;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A folder is changed while it is followed. */
@DisabledOnOs(OS.WINDOWS)
class FolderFollowerTest {
  private static final Path MODEL =
      Path.of(System.getProperty("filip.root", "..")).resolve("models/collages-late");

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path temp;
  private Path index;
  private Path folder;
  private IndexModel model;
  private @Nullable FolderFollower follower;
  private @Nullable Thread thread;
  private final Queue<String> said = new ConcurrentLinkedQueue<>();
  private volatile Added last = Added.NOTHING;
  private volatile int commits;
  private volatile @Nullable Throwable failure;

  @BeforeEach
  void anIndex() throws IOException {
    index = temp.resolve("index");
    folder = Files.createDirectory(temp.resolve("pictures"));
    try (Filip filip = Filip.open(MODEL)) {
      IndexFiles.create(
          index, IndexModel.about(MODEL, EncodingPrecision.FP32, filip, Match.LATE), false);
    }
    model = IndexModel.open(IndexAbout.read(index), MODEL, true);
  }

  @AfterEach
  void end() throws Exception {
    stop();
    model.close();
  }

  private void stop() throws Exception {
    Thread running = thread;
    FolderFollower following = follower;
    if (running != null && following != null) {
      following.stop(PATIENCE);
      running.join(PATIENCE.toMillis());
      assertThat(running.isAlive()).isFalse();
      assertThat(failure).isNull();
    }
  }

  private void follow(Duration rescan) throws Exception {
    FolderFollower.Pace pace = new FolderFollower.Pace(Duration.ofMillis(150), rescan);
    FolderFollower following =
        new FolderFollower(
            index,
            folder.toString(),
            model,
            pace,
            new FolderFollower.Listener() {
              @Override
              public void changed(Added added, long items) {
                last = added;
                commits++;
              }

              @Override
              public void said(String line) {
                said.add(line);
              }
            });
    Thread made =
        new Thread(() -> {
          try {
            following.run();
          } catch (IOException | RuntimeException e) {
            failure = e;
          }
        });
    follower = following;
    thread = made;
    made.start();
    until(() -> commits > 0);
  }

  private void until(Callable<Boolean> holds) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!holds.call()) {
      assertThat(failure).isNull();
      assertThat(System.nanoTime()).as("waited too long; said " + said).isLessThan(end);
      Thread.sleep(20);
    }
  }

  private void untilIdsAre(String... ids) throws Exception {
    until(() -> ids().equals(List.of(ids)));
  }

  private List<String> ids() throws IOException {
    try (Snapshot now = Snapshot.open(index)) {
      return List.of("a", "b", "c", "sub/new/d", "link/e", "f", "g").stream()
          .filter(id -> isThere(now, id))
          .toList();
    }
  }

  private static boolean isThere(Snapshot now, String id) {
    try {
      return now.find(id).isPresent();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private Hit hit(Snapshot now, String id) throws IOException {
    return now.find(id).orElseThrow();
  }

  private static byte[] png(int hue) throws IOException {
    BufferedImage image = new BufferedImage(30, 30, BufferedImage.TYPE_INT_RGB);
    for (int p = 0; p < 900; p++) {
      image.setRGB(p % 30, p / 30, Color.HSBtoRGB(hue / 10f, p % 30 / 30f, 0.8f));
    }
    return AwtImages.png(image);
  }

  private void picture(String name, int hue) throws IOException {
    Path file = folder.resolve(name + ".png");
    Files.createDirectories(file.getParent());
    Files.write(file, png(hue));
  }

  @Test
  void whatComesChangesAndGoesFollows() throws Exception {
    picture("a", 1);
    follow(Duration.ofSeconds(600));
    untilIdsAre("a");
    picture("b", 2);
    picture("sub/new/d", 3);
    untilIdsAre("a", "b", "sub/new/d");
    Files.writeString(folder.resolve("b.txt"), "a caption\n");
    Files.writeString(folder.resolve("b.json"), "{\"year\": 2001}");
    until(() -> {
      try (Snapshot now = Snapshot.open(index)) {
        Hit b = hit(now, "b");
        return b.about().captions().equals(List.of("a caption"))
            && b.about().metadata().path("year").asInt() == 2001;
      }
    });
    float[] before;
    try (Snapshot now = Snapshot.open(index)) {
      before = hit(now, "a").rows();
    }
    picture("a", 7);
    until(() -> {
      try (Snapshot now = Snapshot.open(index)) {
        return !Arrays.equals(hit(now, "a").rows(), before);
      }
    });
    Files.delete(folder.resolve("a.png"));
    untilIdsAre("b", "sub/new/d");
    Files.move(folder.resolve("sub"), temp.resolve("elsewhere"));
    untilIdsAre("b");
    Path linked = Files.createDirectory(temp.resolve("linked"));
    Files.createSymbolicLink(folder.resolve("link"), linked);
    Files.write(linked.resolve("e.png"), png(4));
    untilIdsAre("b", "link/e");
    assertThat(said).isEmpty();
  }

  /** No event tells of a picture that came between the look at a folder and the watch over it. */
  @Test
  void aNewFolderIsLookedAtAgainWhenItIsWatched() throws Exception {
    follow(Duration.ofSeconds(600));
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      String id = "n" + i + "/x/p";
      Files.createDirectories(folder.resolve("n" + i + "/x"));
      Thread.sleep(i * 7 % 41);
      picture(id, i % 10);
      ids.add(id);
    }
    until(() -> {
      try (Snapshot now = Snapshot.open(index)) {
        return ids.stream().allMatch(id -> isThere(now, id));
      }
    });
  }

  /** A half is never in the index; what cannot be read is tried again when it changes. */
  @Test
  void aPictureInTheWritingIsWaitedFor() throws Exception {
    follow(Duration.ofSeconds(600));
    byte[] whole = png(5);
    Path file = folder.resolve("c.png");
    for (int part = 1; part <= 4; part++) {
      Files.write(file, Arrays.copyOf(whole, whole.length * part / 5));
      Thread.sleep(60);
    }
    until(() -> last.skipped().values().stream().mapToInt(i -> i).sum() == 1);
    assertThat(ids()).isEmpty();
    Files.write(file, whole);
    untilIdsAre("c");
    Files.writeString(folder.resolve("c.json"), "{\"year\": 1}");
    until(() -> last.done().replaced() == 1);
    picture("f", 1);
    Files.writeString(folder.resolve("f.json"), "{\"year\": \"a text\"}"); // c's is a number
    picture("g", 2);
    until(() -> ids().contains("g") && said.stream().anyMatch(s -> s.contains("metadata year")));
    Files.writeString(folder.resolve("f.json"), "{\"year\": 2}");
    untilIdsAre("c", "f", "g");
  }

  @Test
  void aFolderThatIsGoneTakesNothingWithIt() throws Exception {
    picture("a", 1);
    Path linked = Files.createDirectory(temp.resolve("linked"));
    Files.write(linked.resolve("e.png"), png(4));
    Files.createSymbolicLink(folder.resolve("link"), linked);
    follow(Duration.ofMillis(300));
    untilIdsAre("a", "link/e");
    Files.move(folder, temp.resolve("away"));
    until(() -> said.stream().anyMatch(s -> s.contains("is gone: nothing is removed")));
    assertThat(ids()).containsExactly("a", "link/e");
    Files.move(temp.resolve("away"), folder);
    until(() -> said.stream().anyMatch(s -> s.startsWith("all of ")));
    Files.move(linked, temp.resolve("unmounted"));
    until(() -> said.stream().anyMatch(s -> s.startsWith("1 pictures are out of reach")));
    Files.delete(folder.resolve("a.png"));
    untilIdsAre("link/e");
    Files.move(temp.resolve("unmounted"), linked);
    Files.delete(linked.resolve("e.png"));
    untilIdsAre();
  }

  @Test
  void anotherWriterIsWaitedFor() throws Exception {
    follow(Duration.ofSeconds(600));
    try (IndexEditor other = IndexEditor.open(index)) {
      picture("a", 1);
      until(() -> said.stream().anyMatch(s -> s.contains("written by another process: waiting")));
      assertThat(other.now().size()).isZero();
    }
    untilIdsAre("a");
  }

  /** Ctrl-C of a process: exit code 0, a JSON object a line. */
  @Test
  void anInterruptIsAGoodEnd() throws Exception {
    picture("a", 1);
    List<String> arguments =
        List.of("index", "add", index.toString(), folder.toString(), "--watch", "--json");
    Process process =
        new ProcessBuilder(OwnJava.command(List.of(), "dev.filip.cli.Main", arguments))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    var lines = process.inputReader();
    assertThat(lines.readLine()).contains("\"added\":1").contains("\"items\":1");
    picture("b", 2);
    assertThat(lines.readLine()).contains("\"added\":1").contains("\"items\":2");
    process.destroy();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(IndexFiles.verify(index).damage()).isEmpty();
    assertThat(ids()).containsExactly("a", "b");
  }
}
