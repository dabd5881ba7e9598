package dev.filip.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.config.Activation;
import dev.filip.tokens.Encoded;
import dev.filip.tokens.Tokens;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Towers on a CPU run one after another, whichever encoder of the process they are of. */
@Tag("native")
class EncoderTurnsTest {
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch end = new CountDownLatch(1);
  private final List<String> order = Collections.synchronizedList(new ArrayList<>());

  /** Pixels that are noted when they are taken; the very first wait for {@link #end}. */
  private Encoder.Pixels noted(String name) {
    return (image, _, _) -> {
      order.add(name + image);
      if (begun.getCount() > 0) {
        begun.countDown();
        try {
          end.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
    };
  }

  @Test
  void oneBatchAtATimeInTheOrderOfComing() throws Exception {
    try (FilipModel model = FilipModel.create(Models.tiny(Activation.QUICK_GELU), 3);
        FilipModel other = FilipModel.create(Models.tiny(Activation.QUICK_GELU), 4);
        ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
      Encoder encoder = new Encoder(model, 1);
      Future<Encoded> many = all.submit(() -> encoder.images(3, noted("many-")));
      begun.await();
      Future<Encoded> sameModel =
          all.submit(() -> encoder.as(Tokens.Type.BF16).images(1, noted("same-")));
      Thread.sleep(100);
      Future<Encoded> otherModel = all.submit(() -> new Encoder(other).images(1, noted("other-")));
      Thread.sleep(100);
      assertThat(order).containsExactly("many-0");
      end.countDown();
      assertThat(many.get().size()).isEqualTo(3);
      assertThat(sameModel.get().size()).isEqualTo(1);
      assertThat(otherModel.get().size()).isEqualTo(1);
    }
    // who has many images lets others in between its batches
    assertThat(order).containsExactly("many-0", "same-0", "other-0", "many-1", "many-2");
  }
}
