package dev.filip.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.tokens.TokenFile.Kind;
import dev.filip.tokens.Tokens.Type;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TokenFileTest {
  private static final String ENCODER = "0123456789abcdef".repeat(4);
  private static final String PREPARED = "fedcba9876543210".repeat(4);

  @TempDir Path folder;

  private static TokenFile.About about(Type type, int d, boolean globals) {
    return new TokenFile.About(Kind.IMAGES, type, d, globals, ENCODER, PREPARED);
  }

  private static Tokens random(int items, int most, int d, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] length = IntStream.range(0, items).map(_ -> 1 + random.nextInt(most)).toArray();
    float[] rows = new float[IntStream.of(length).sum() * d];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (float) random.nextGaussian();
    }
    return Tokens.packed(rows, d, length);
  }

  private static Encoded encoded(int items, int most, int d, long seed) {
    Tokens globals = random(items, 1, d, seed + 1);
    return new Encoded(random(items, most, d, seed), globals);
  }

  private static List<String> names(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "ключ/" + i).toList();
  }

  private Path write(Type type, Encoded all, int each) throws IOException {
    Path file = folder.resolve("a.tokens");
    try (TokenWriter writer = new TokenWriter(file, about(type, all.tokens().d(), true))) {
      for (int from = 0; from < all.size(); from += each) {
        int to = Math.min(all.size(), from + each);
        writer.append(all.slice(from, to), names(from, to));
      }
      assertThat(writer.items()).isEqualTo(all.size());
      writer.finish(Json.object().put("note", "made by a test"));
    }
    return file;
  }

  @ParameterizedTest
  @CsvSource({
    "FP32, 7, 9, 5, 2",
    "BF16, 7, 9, 5, 3",
    "BF16, 1, 1, 1, 1",
    "FP32, 40, 49, 256, 7",
    "BF16, 99, 77, 257, 64"
  })
  void whatWasWrittenIsRead(Type type, int items, int most, int d, int each) throws IOException {
    Encoded all = encoded(items, most, d, 1);
    try (TokenFile file = TokenFile.open(write(type, all, each))) {
      file.verify();
      assertThat(file.about()).isEqualTo(about(type, d, true));
      assertThat(file.size()).isEqualTo(items);
      assertThat(file.bytes()).isEqualTo(Files.size(folder.resolve("a.tokens")));
      assertThat(file.provenance().path("note").asText()).isEqualTo("made by a test");
      assertThat(file.keys()).isEqualTo(names(0, items));
      Tokens expected = all.tokens().as(type);
      assertThat(file.rows().floats()).isEqualTo(expected.floats());
      assertThat(file.encoded().globals().floats()).isEqualTo(all.globals().as(type).floats());
      for (int i = 0; i < items; i++) {
        assertThat(file.rows().length(i)).isEqualTo(all.tokens().length(i));
      }
    }
  }

  @Test
  void bytesDoNotDependOnHowItemsCame() throws IOException {
    Encoded all = encoded(31, 20, 33, 4);
    byte[] one = Files.readAllBytes(write(Type.BF16, all, 1));
    assertThat(Files.readAllBytes(write(Type.BF16, all, 31))).isEqualTo(one);
    Encoded rounded = new Encoded(all.tokens().as(Type.BF16), all.globals().as(Type.BF16));
    assertThat(Files.readAllBytes(write(Type.BF16, rounded, 5))).isEqualTo(one);
  }

  @ParameterizedTest
  @EnumSource(Type.class)
  void noItemsAndNoGlobalsAreFilesToo(Type type) throws IOException {
    Path none = folder.resolve("none.tokens");
    try (TokenWriter writer = new TokenWriter(none, about(type, 3, false))) {
      writer.finish(Json.object());
    }
    try (TokenFile file = TokenFile.open(none)) {
      file.verify();
      assertThat(file.size()).isZero();
      assertThat(file.keys()).isEmpty();
      assertThat(file.about().globals()).isFalse();
      assertThatThrownBy(file::encoded).hasMessageContaining("no global rows");
      assertThatThrownBy(() -> file.key(0)).isInstanceOf(IndexOutOfBoundsException.class);
    }
    Path some = folder.resolve("some.tokens");
    Tokens items = random(3, 4, 3, 9);
    try (TokenWriter writer = new TokenWriter(some, about(type, 3, false))) {
      writer.append(items, List.of("", "b", "c"));
      writer.finish(Json.object());
    }
    try (TokenFile file = TokenFile.open(some)) {
      assertThat(file.rows().floats()).isEqualTo(items.as(type).floats());
      assertThat(file.keys()).containsExactly("", "b", "c");
    }
  }

  /**
   * Every byte of a small file, of the header's empty part some: found at once or by verify, and
   * named by section and offset.
   */
  @Test
  void aFlippedByteIsFoundAndNamed() throws IOException {
    Path file = write(Type.BF16, encoded(5, 3, 4, 6), 2);
    byte[] good = Files.readAllBytes(file);
    for (int at = 0; at < good.length; at += at > 208 && at < 4060 ? 31 : 1) {
      byte[] bad = good.clone();
      bad[at] ^= (byte) (1 << at % 8);
      Files.write(file, bad);
      int offset = at;
      assertThatThrownBy(() -> verify(file))
          .isInstanceOf(BadInput.class)
          .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n").contains("a.tokens"))
          .satisfies(e -> named(String.valueOf(e.getMessage()), offset));
    }
  }

  private static void verify(Path path) throws IOException {
    try (TokenFile file = TokenFile.open(path)) {
      file.verify();
    }
  }

  private static void named(String message, int offset) {
    if (offset < 8) {
      assertThat(message).contains("is no token file");
    } else if (offset < 12) {
      assertThat(message).contains("of version");
    } else {
      var found =
          java.util.regex.Pattern.compile("section (\\w+), offset (\\d+) to (\\d+)$")
              .matcher(message);
      assertThat(found.find()).as(message).isTrue();
      assertThat(offset)
          .isBetween(Integer.parseInt(found.group(2)), Integer.parseInt(found.group(3)));
    }
  }

  @Test
  void damageOfALargeFileIsNamedToAMebibyte() throws IOException {
    Path file = write(Type.FP32, encoded(500, 49, 64, 6), 50);
    byte[] bytes = Files.readAllBytes(file);
    int at = 4096 + (1 << 20) + 17;
    bytes[at] ^= 4;
    Files.write(file, bytes);
    try (TokenFile open = TokenFile.open(file)) {
      assertThatThrownBy(open::verify)
          .hasMessageContaining(
              "section rows, offset " + (4096 + (1 << 20)) + " to " + (4096 + (2 << 20) - 1));
    }
  }

  @Test
  void everyCutIsOneLine() throws IOException {
    Path file = write(Type.FP32, encoded(4, 3, 4, 6), 2);
    byte[] good = Files.readAllBytes(file);
    for (int size : new int[] {0, 7, 8, 100, 4095, 4096, 4100, good.length - 1, good.length + 1}) {
      Files.write(file, java.util.Arrays.copyOf(good, size));
      assertThatThrownBy(() -> TokenFile.open(file).close())
          .isInstanceOf(BadInput.class)
          .hasMessageMatching(".*a.tokens is (cut off|too long|no token file).*");
    }
  }

  /** With sums that are right: what a foreign writer might say. */
  @ParameterizedTest
  @CsvSource({
    "8, 2, of version 2",
    "12, 7, 'type must be 0 to 1, got 7'",
    "16, 5, sections do not fit",
    "16, 0, sections do not fit",
    "20, 9, 'kind must be 0 to 1, got 9'",
    "24, 3, sections do not fit",
    "108, 0, sections do not fit",
    "108, 2, 'globals must be 0 to 1, got 2'",
    "32, 1, sections do not fit",
    "112, 0, section rows is not where it must be",
    "160, 1, section keys is not where it must be"
  })
  void aHeaderThatContradictsItselfIsRefused(int offset, int value, String said)
      throws IOException {
    Path file = write(Type.FP32, encoded(4, 3, 4, 6), 2);
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(offset, value);
    CRC32C sum = new CRC32C();
    sum.update(bytes.array(), 0, 4092);
    bytes.putInt(4092, (int) sum.getValue());
    Files.write(file, bytes.array());
    assertThatThrownBy(() -> TokenFile.open(file).close())
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(said);
  }

  @Test
  void whatIsNotFinishedLeavesNothingAndTheOldFile() throws IOException {
    Path file = write(Type.FP32, encoded(4, 3, 4, 6), 2);
    byte[] before = Files.readAllBytes(file);
    try (TokenWriter writer = new TokenWriter(file, about(Type.FP32, 4, true))) {
      writer.append(encoded(2, 2, 4, 8), names(0, 2));
      assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(file);
    }
  }

  @Test
  void itemsMustFit() throws IOException {
    Encoded two = encoded(2, 2, 4, 8);
    try (TokenWriter writer = new TokenWriter(folder.resolve("b"), about(Type.FP32, 4, true))) {
      assertThatThrownBy(() -> writer.append(two, names(0, 1))).hasMessageContaining("1 keys");
      writer.append(two, names(0, 2));
      assertThatThrownBy(() -> writer.append(two, names(1, 3)))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("'ключ/1' twice");
      assertThatThrownBy(() -> writer.append(encoded(1, 2, 5, 8), names(7, 8)))
          .isInstanceOf(BadInput.class)
          .hasMessage("width must be the file's, 4, got 5");
      assertThatThrownBy(() -> writer.append(two.tokens(), names(8, 10)))
          .hasMessageContaining("global row");
    }
  }

  /** Version 1 as it is on people's disks: read as it was written, and written as it is. */
  @Test
  void theGoldenFileOfVersion1() throws IOException {
    Path golden = folder.resolve("golden.tokens");
    try (InputStream in =
        Objects.requireNonNull(getClass().getResourceAsStream("version-1.tokens"))) {
      Files.copy(in, golden);
    }
    try (TokenFile file = TokenFile.open(golden)) {
      file.verify();
      assertThat(file.keys()).containsExactly("cat", "собака");
      assertThat(file.rows().floats()).containsExactly(1, -2, 0.5f, 3, 0.25f, -0.125f);
      assertThat(file.rows().length(0)).isEqualTo(1);
      assertThat(file.encoded().globals().floats()).containsExactly(1, 0, 0, -1);
      assertThat(file.about())
          .isEqualTo(new TokenFile.About(Kind.TEXTS, Type.BF16, 2, true, ENCODER, PREPARED));
      assertThat(file.provenance()).isEqualTo(Json.parse("{\"made\":\"by hand\"}"));
    }
    assertThat(Files.readAllBytes(golden)).isEqualTo(byHand());
    assertThat(Files.readAllBytes(golden)).isEqualTo(Files.readAllBytes(made()));
  }

  private Path made() throws IOException {
    Path file = folder.resolve("made.tokens");
    JsonNode note = Json.object().put("made", "by hand");
    TokenFile.About about = new TokenFile.About(Kind.TEXTS, Type.BF16, 2, true, ENCODER, PREPARED);
    try (TokenWriter writer = new TokenWriter(file, about)) {
      Tokens rows = Tokens.packed(new float[] {1, -2, 0.5f, 3, 0.25f, -0.125f}, 2, 1, 2);
      Tokens globals = Tokens.ofRows(new float[] {1, 0, 0, -1}, 2);
      writer.append(new Encoded(rows, globals), List.of("cat", "собака"));
      writer.finish(note);
    }
    return file;
  }

  /** The same bytes put down from docs/FORMATS.md alone. */
  private static byte[] byHand() {
    ByteBuffer to = ByteBuffer.allocate(5000).order(ByteOrder.LITTLE_ENDIAN).position(4096);
    List<Integer> ends = new ArrayList<>(List.of(4096));
    for (int half : new int[] {0x3f80, 0xc000, 0x3f00, 0x4040, 0x3e80, 0xbe00}) {
      to.putShort((short) half);
    }
    ends.add(to.position());
    for (int half : new int[] {0x3f80, 0, 0, 0xbf80}) {
      to.putShort((short) half);
    }
    ends.add(to.position());
    to.putLong(0).putLong(1).putLong(3);
    ends.add(to.position());
    byte[] keys = "catсобака".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    to.putLong(0).putLong(3).putLong(15).put(keys);
    ends.add(to.position());
    to.put("{\"made\":\"by hand\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    ends.add(to.position());
    for (int s = 0; s < 5; s++) { // each is shorter than a block
      to.putInt(sum(to.array(), ends.get(s), ends.get(s + 1)));
    }
    ends.add(to.position());
    to.put(0, "FILIPTOK".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    to.putInt(8, 1).putInt(12, 1).putInt(16, 2).putInt(20, 1).putLong(24, 2).putLong(32, 3);
    to.put(40, java.util.HexFormat.of().parseHex(ENCODER));
    to.put(72, java.util.HexFormat.of().parseHex(PREPARED));
    to.putInt(104, sum(to.array(), ends.get(5), ends.get(6))).putInt(108, 1);
    for (int s = 0; s < 6; s++) {
      to.putLong(112 + 16 * s, ends.get(s)).putLong(120 + 16 * s, ends.get(s + 1) - ends.get(s));
    }
    to.putInt(4092, sum(to.array(), 0, 4092));
    return java.util.Arrays.copyOf(to.array(), to.position());
  }

  private static int sum(byte[] bytes, int from, int to) {
    CRC32C sum = new CRC32C();
    sum.update(bytes, from, to - from);
    return (int) sum.getValue();
  }

  /** Offsets beyond 2^31 numbers: a sparse file of 5 GiB with the header of a writer. */
  @Test
  void aFileBeyondAllIntsIsRead() throws IOException {
    int d = 1024;
    int tokens = 2_200_000;
    Path file = folder.resolve("sparse.tokens");
    long rows = (long) tokens * d * Short.BYTES;
    long[] bytes = {rows, 0, 16, 17, 2, (TokenHeader.blocks(rows) + 3) * Integer.BYTES};
    assertThat(rows / Short.BYTES).isGreaterThan(Integer.MAX_VALUE);
    try (var channel =
            java.nio.channels.FileChannel.open(
                file,
                java.nio.file.StandardOpenOption.CREATE_NEW,
                java.nio.file.StandardOpenOption.READ,
                java.nio.file.StandardOpenOption.WRITE,
                java.nio.file.StandardOpenOption.SPARSE);
        Arena arena = Arena.ofConfined()) {
      TokenHeader draft =
          new TokenHeader(Kind.IMAGES, Type.BF16, d, 1, tokens, ENCODER, PREPARED, bytes, 0, false);
      MemorySegment all =
          channel.map(java.nio.channels.FileChannel.MapMode.READ_WRITE, 0, draft.end(), arena);
      ByteBuffer tail =
          all.asSlice(4096 + rows, draft.end() - 4096 - rows)
              .asByteBuffer()
              .order(ByteOrder.LITTLE_ENDIAN);
      tail.putLong(0).putLong(tokens).putLong(0).putLong(1).put((byte) 'k').put((byte) '{');
      tail.put((byte) '}');
      byte[] small = new byte[35];
      tail.get(0, small);
      int zeros = sum(new byte[1 << 20], 0, 1 << 20);
      int at = 35;
      for (long b = 0; b < TokenHeader.blocks(rows); b++, at += 4) {
        long some = Math.min(1 << 20, rows - b * (1 << 20));
        tail.putInt(at, some == 1 << 20 ? zeros : sum(new byte[(int) some], 0, (int) some));
      }
      tail.putInt(at, sum(small, 0, 16));
      tail.putInt(at + 4, sum(small, 16, 33));
      tail.putInt(at + 8, sum(small, 33, 35));
      byte[] sums = new byte[at + 12 - 35];
      tail.get(35, sums);
      TokenHeader header =
          new TokenHeader(
              Kind.IMAGES,
              Type.BF16,
              d,
              1,
              tokens,
              ENCODER,
              PREPARED,
              bytes,
              sum(sums, 0, sums.length),
              false);
      MemorySegment.copy(MemorySegment.ofBuffer(header.write()), 0, all, 0, 4096);
      all.set(java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED, 4096 + rows - 2, Bf16.of(3));
    }
    try (TokenFile open = TokenFile.open(file)) {
      assertThat(open.key(0)).isEqualTo("k");
      float[] last = new float[d];
      open.rows().copy(0, tokens - 1, 1, last, 0);
      assertThat(last[d - 1]).isEqualTo(3);
    }
  }
}
