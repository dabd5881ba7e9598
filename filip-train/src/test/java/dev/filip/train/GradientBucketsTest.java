package dev.filip.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.optim.FlatParameters.Slot;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Readiness and turns of buckets, without tensors. */
class GradientBucketsTest {
  private static GradientBuckets of(long most, long... sizes) {
    List<Slot> slots = new ArrayList<>();
    long offset = 0;
    for (long size : sizes) {
      slots.add(new Slot("p" + slots.size(), offset, size, true, 1));
      offset += size;
    }
    return new GradientBuckets(slots, most);
  }

  /** A first sweep that watches. */
  private static void learn(GradientBuckets buckets, int shard, int... slots) {
    buckets.begin();
    for (int slot : slots) {
      buckets.added(shard, slot);
      assertThat(buckets.whole()).isEmpty();
    }
    buckets.ended(shard);
    assertThat(buckets.whole()).hasSize(buckets.all().size());
    buckets.agree(buckets.learn());
  }

  @Test
  void coverTheBufferInWholeParameters() {
    assertThat(of(10, 4, 4, 4, 25, 1).all())
        .containsExactly(
            new GradientBuckets.Bucket(0, 8),
            new GradientBuckets.Bucket(8, 4),
            new GradientBuckets.Bucket(12, 25),
            new GradientBuckets.Bucket(37, 1));
    assertThat(of(10, 3).all()).containsExactly(new GradientBuckets.Bucket(0, 3));
  }

  @Test
  void areGivenAsTheyFillInTheOrderOfTheFirstSweep() {
    GradientBuckets buckets = of(1, 1, 1, 1);
    int shard = buckets.addShard();
    learn(buckets, shard, 2, 1, 0);
    buckets.begin();
    buckets.added(shard, 1); // before its turn
    assertThat(buckets.whole()).isEmpty();
    buckets.added(shard, 2);
    assertThat(buckets.whole()).containsExactly(2, 1);
    buckets.added(shard, 0);
    assertThat(buckets.whole()).containsExactly(0);
    buckets.ended(shard);
    assertThat(buckets.whole()).isEmpty();
  }

  @Test
  void waitForEveryShardAndEveryTime() {
    GradientBuckets buckets = of(2, 1, 1);
    int a = buckets.addShard();
    int b = buckets.addShard();
    buckets.begin();
    for (int shard : new int[] {a, b}) {
      buckets.added(shard, 0);
      buckets.added(shard, 1);
      buckets.added(shard, 1);
      buckets.ended(shard);
    }
    buckets.agree(buckets.learn());
    buckets.begin();
    buckets.added(a, 0);
    buckets.added(a, 1);
    buckets.added(a, 1);
    buckets.added(b, 1);
    buckets.added(b, 0);
    assertThat(buckets.whole()).isEmpty();
    buckets.added(b, 1);
    assertThat(buckets.whole()).containsExactly(0);
  }

  @Test
  void withAParameterThatGotNothingWaitForTheEndAndHoldUpNobody() {
    GradientBuckets buckets = of(1, 1, 1, 1);
    int shard = buckets.addShard();
    learn(buckets, shard, 1, 2);
    buckets.begin();
    buckets.added(shard, 0); // now it gets something
    buckets.added(shard, 1);
    buckets.added(shard, 2);
    assertThat(buckets.whole()).containsExactly(1, 2);
    buckets.ended(shard);
    assertThat(buckets.whole()).containsExactly(0);
  }

  @Test
  void withAParameterThatGetsNothingAnyMoreAreGivenAtTheEnd() {
    GradientBuckets buckets = of(1, 1, 1);
    int shard = buckets.addShard();
    learn(buckets, shard, 0, 1);
    buckets.begin();
    buckets.added(shard, 1);
    assertThat(buckets.whole()).isEmpty();
    buckets.ended(shard);
    buckets.ended(shard);
    assertThat(buckets.whole()).containsExactly(0, 1);
  }

  @Test
  void refuseAGradientAfterTheSumBegan() {
    GradientBuckets buckets = of(1, 1);
    int shard = buckets.addShard();
    learn(buckets, shard, 0);
    buckets.begin();
    buckets.added(shard, 0);
    assertThatThrownBy(() -> buckets.added(shard, 0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("parameter 0 got 2 gradients");
  }

  @Test
  void refuseAnOrderOfOthers() {
    assertThatThrownBy(() -> of(1, 1, 1).agree(new int[] {0, 0}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("an order of 2 buckets");
  }
}
