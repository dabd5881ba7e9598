package dev.filip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.config.Interaction;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Closing beside encoding: a computation ends, or is refused; weights are never freed under one.
 */
@Tag("native")
class FilipCloseTest {
  @TempDir Path folder;

  private static ImageInput picture() {
    return ImageInput.of(new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB));
  }

  @Test
  void afterClosingEncodingIsRefusedAndTheRestGoesOn() throws IOException {
    Filip filip = Filip.open(TinyModel.save(folder.resolve("late"), Interaction.LATE));
    Filip.Image image = filip.encodeImages(List.of(picture())).getFirst();
    Filip.Text text = filip.encodeText("a red ball");
    Filip.Scores before = filip.similarity(image, text);
    filip.close();
    filip.close();
    String line = "the model " + folder.resolve("late") + " is closed";
    assertThatThrownBy(() -> filip.encodeText("a"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(line);
    assertThatThrownBy(() -> filip.encodeImages(List.of(picture())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(line);
    assertThatThrownBy(() -> filip.embedder().texts(List.of("a")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(line);
    assertThat(filip.similarity(image, text)).isEqualTo(before);
    assertThat(filip.alignment(image, text).words()).contains("ball");
    assertThat(filip.logitScale()).isGreaterThan(1);
  }

  @Test
  void threadsThatEncodeWhileAnotherClosesFinishOrAreRefused() throws Exception {
    Path model = TinyModel.save(folder.resolve("late"), Interaction.LATE);
    for (int round = 0; round < 8; round++) {
      Filip filip = Filip.open(model);
      AtomicInteger done = new AtomicInteger();
      List<Future<?>> users = new ArrayList<>();
      try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
        for (int t = 0; t < 4; t++) {
          boolean images = t % 2 == 0;
          users.add(threads.submit(() -> untilRefused(filip, images, done)));
        }
        while (done.get() < 1 + round) {
          Thread.onSpinWait();
        }
        filip.close();
        for (Future<?> user : users) {
          user.get(60, TimeUnit.SECONDS); // throws what was thrown besides the refusal
        }
      }
      assertThat(done.get()).isPositive();
    }
  }

  private static Void untilRefused(Filip filip, boolean images, AtomicInteger done)
      throws IOException {
    while (true) {
      try {
        if (images) {
          filip.encodeImages(List.of(picture(), picture()));
        } else {
          filip.encodeTexts(List.of("a red ball", "a box"));
        }
      } catch (IllegalStateException e) {
        assertThat(e).hasMessageContaining("is closed");
        return null;
      }
      done.incrementAndGet();
    }
  }

  @Test
  void closingWaitsForWhoeverIsInside() throws Exception {
    Gate gate = new Gate("m");
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    AtomicBoolean freed = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Future<Boolean> user =
          threads.submit(() ->
              gate.use(() -> {
                inside.countDown();
                try {
                  leave.await();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
                return freed.get();
              }));
      inside.await();
      Future<?> closing = threads.submit(() -> gate.close(() -> freed.set(true)));
      assertThatThrownBy(() -> closing.get(100, TimeUnit.MILLISECONDS))
          .isInstanceOf(java.util.concurrent.TimeoutException.class);
      leave.countDown();
      closing.get(10, TimeUnit.SECONDS);
      assertThat(user.get()).as("freed while inside").isFalse();
      assertThat(freed).isTrue();
      assertThatThrownBy(() -> gate.use(() -> 1)).isInstanceOf(IllegalStateException.class);
    }
  }
}
