package dev.filip.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.tokens.Tokens.Type;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokensTest {
  private static final float[] SIX = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

  @Test
  void itemsBackToBack() {
    Tokens tokens = Tokens.packed(SIX, 2, 1, 3, 2);
    assertThat(tokens.size()).isEqualTo(3);
    assertThat(tokens.count()).isEqualTo(6);
    assertThat(tokens.longest()).isEqualTo(3);
    assertThat(tokens.start(2)).isEqualTo(4);
    assertThat(tokens.floats(1)).containsExactly(3, 4, 5, 6, 7, 8);
    assertThat(tokens.floats()).containsExactly(SIX);
    assertThat(tokens.item(2).toArray(ValueLayout.JAVA_FLOAT)).containsExactly(9, 10, 11, 12);
  }

  @Test
  void aSliceIsTheSamePlaceAndKnowsItsOwnItemsOnly() {
    float[] rows = SIX.clone();
    Tokens slice = Tokens.packed(rows, 2, 1, 3, 2).slice(1, 3).slice(1, 2);
    rows[8] = 90;
    assertThat(slice.size()).isEqualTo(1);
    assertThat(slice.floats()).containsExactly(90, 10, 11, 12);
    assertThat(slice.longest()).isEqualTo(2);
    assertThatThrownBy(() -> slice.length(1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> slice.length(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> slice.slice(0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void firstTokensAreLeftOutOfSomeOrAllItems() {
    Tokens tokens = Tokens.packed(SIX, 2, 2, 4).from(1);
    assertThat(tokens.floats(0)).containsExactly(3, 4);
    assertThat(tokens.slice(1, 2).from(2).floats()).containsExactly(11, 12);
    assertThat(tokens.count()).isEqualTo(4);
    assertThatThrownBy(() -> tokens.from(1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void paddingIsNotRead() {
    Tokens tokens = Tokens.padded(MemorySegment.ofArray(SIX), Type.FP32, 3, 2, new int[] {1, 2});
    assertThat(tokens.floats()).containsExactly(1, 2, 7, 8, 9, 10);
    assertThat(tokens.count()).isEqualTo(3);
  }

  /** The halves of Float.toString would lie: every exponent, both signs, ties to even. */
  @Test
  void bf16IsTheNearest() {
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 100_000; i++) {
      float x = Float.intBitsToFloat(random.nextInt());
      if (Math.abs(x) < 3e38f) {
        float near = Bf16.value(Bf16.of(x));
        float below = Bf16.value((short) (Float.floatToRawIntBits(x) >>> 16));
        float above = Bf16.value((short) ((Float.floatToRawIntBits(x) >>> 16) + 1));
        double least = Math.min(Math.abs((double) x - below), Math.abs((double) above - x));
        assertThat(Math.abs((double) x - near)).isEqualTo(least);
      }
    }
    assertThat(Bf16.of(1 + 1f / 256)).isEqualTo(Bf16.of(1));
    assertThat(Bf16.of(1 + 3f / 256)).isEqualTo(Bf16.of(1 + 4f / 256));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 16, 257})
  void typesAreConvertedAndKept(int d) {
    SplittableRandom random = new SplittableRandom(d);
    float[] rows = new float[7 * d];
    float[] rounded = new float[rows.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (float) random.nextGaussian();
      rounded[i] = Bf16.value(Bf16.of(rows[i]));
    }
    Tokens full = Tokens.packed(rows, d, 3, 4);
    Tokens half = full.as(Type.BF16);
    assertThat(half.type()).isEqualTo(Type.BF16);
    assertThat(half.floats()).containsExactly(rounded);
    assertThat(half.as(Type.FP32).floats()).containsExactly(rounded);
    assertThat(half.as(Type.BF16)).isSameAs(half);
    assertThat(half.item(1).byteSize()).isEqualTo(4L * d * 2);
    assertThat(full.floats()).containsExactly(rows);
  }

  @Test
  void partsOfAnyTypeArePutTogether() {
    Tokens whole = Tokens.packed(SIX, 2, 1, 3, 2);
    Tokens joined =
        new Tokens.Builder(Type.FP32, 2)
            .add(whole.slice(1, 3))
            .add(whole.slice(0, 0))
            .add(whole.as(Type.BF16).slice(0, 1))
            .build();
    assertThat(joined.size()).isEqualTo(3);
    assertThat(joined.floats()).containsExactly(3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2);
    assertThatThrownBy(() -> new Tokens.Builder(Type.FP32, 3).add(whole))
        .hasMessageContaining("one width, got 3 and 2");
  }

  @Test
  void nothingElseCanBeHeld() {
    assertThatThrownBy(() -> Tokens.packed(SIX, 0, 12)).hasMessageContaining("width");
    assertThatThrownBy(() -> Tokens.packed(SIX, 2, 1, 3)).hasMessageContaining("got 48 bytes");
    assertThatThrownBy(() -> Tokens.packed(SIX, 2, 6, 0)).hasMessageContaining("item 1");
    assertThatThrownBy(() -> Tokens.packed(SIX, 2, 7, -1)).hasMessageContaining("item 0");
    MemorySegment rows = MemorySegment.ofArray(SIX);
    assertThatThrownBy(() -> Tokens.padded(rows, Type.FP32, 3, 2, new int[] {3, 3, 1}))
        .hasMessageContaining("item 2");
    assertThatThrownBy(() -> Tokens.padded(rows, Type.FP32, 3, 2, new int[] {4}))
        .hasMessageContaining("at most 3 tokens, got 4");
    int[] length = {1, 3, 2};
    Tokens tokens = Tokens.packed(SIX, 2, length);
    length[0] = 100;
    assertThat(tokens.length(0)).isEqualTo(1);
    assertThatThrownBy(() -> tokens.item(0).set(ValueLayout.JAVA_FLOAT, 0, 5))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** A file of 10 GiB that takes a few blocks on disk: more than 2^31 numbers. */
  @Test
  void rowsBeyondAllIntsAreFound(@TempDir Path folder) throws Exception {
    int d = 256;
    int items = 220_000;
    int tokens = 49;
    long bytes = (long) items * tokens * d * Float.BYTES;
    assertThat(bytes / Float.BYTES).isGreaterThan(1L << 31);
    try (FileChannel file =
            FileChannel.open(
                folder.resolve("sparse"),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.SPARSE);
        Arena arena = Arena.ofConfined()) {
      MemorySegment rows = file.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena);
      rows.setAtIndex(ValueLayout.JAVA_FLOAT, rows.byteSize() / Float.BYTES - 1, 7);
      Tokens all = Tokens.uniform(rows, Type.FP32, d, tokens, items);
      assertThat(all.start(items - 1) * d).isGreaterThan(Integer.MAX_VALUE);
      assertThat(all.count()).isEqualTo((long) items * tokens);
      Tokens last = all.slice(items - 2, items);
      assertThat(last.floats()[2 * tokens * d - 1]).isEqualTo(7);
      assertThat(last.as(Type.BF16).floats(1)[tokens * d - 1]).isEqualTo(7);
    }
  }

  @Test
  void aClosedFileIsAnErrorNotGarbage() {
    Tokens tokens;
    try (Arena arena = Arena.ofConfined()) {
      tokens = Tokens.uniform(arena.allocate(32, 4), Type.FP32, 2, 2, 2);
    }
    assertThatThrownBy(() -> tokens.floats(0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void oneGlobalRowAnItem() {
    Tokens tokens = Tokens.packed(SIX, 2, 1, 3, 2);
    Tokens globals = Tokens.ofRows(new float[] {1, 2, 3, 4, 5, 6}, 2);
    Encoded encoded = new Encoded(tokens, globals);
    assertThat(encoded.slice(1, 3).globals().floats()).containsExactly(3, 4, 5, 6);
    assertThat(
            Encoded.join(java.util.List.of(encoded.slice(2, 3), encoded.slice(0, 1)))
                .globals()
                .floats())
        .containsExactly(5, 6, 1, 2);
    assertThatThrownBy(() -> new Encoded(tokens, tokens)).hasMessageContaining("one global row");
    assertThatThrownBy(() -> new Encoded(tokens, globals.slice(0, 2)))
        .hasMessageContaining("2 items");
    assertThatThrownBy(() -> new Encoded(tokens, globals.as(Type.BF16)))
        .hasMessageContaining("BF16");
  }
}
