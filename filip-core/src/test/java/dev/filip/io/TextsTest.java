package dev.filip.io;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextsTest {
  @TempDir Path folder;

  private Path file(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("t.txt"), bytes);
  }

  private static String streamed(Path file) throws IOException {
    StringBuilder text = new StringBuilder();
    try (Reader reader = Texts.open(file)) {
      char[] some = new char[777];
      for (int read = reader.read(some); read >= 0; read = reader.read(some)) {
        text.append(some, 0, read);
      }
    }
    return text.toString();
  }

  @Test
  void theMarkIsTakenOffOnceAndOnlyAtTheBeginning() throws IOException {
    for (String text : List.of("", "a", "é 日本 😀\nb", "\uFFFD as it is written", "a\uFEFFb")) {
      assertThat(Texts.of(text.getBytes(UTF_8))).isEqualTo(text);
      byte[] marked = ("\uFEFF" + text).getBytes(UTF_8);
      assertThat(Texts.of(marked)).isEqualTo(text);
      assertThat(Texts.read(file(marked))).isEqualTo(text);
      assertThat(streamed(file(marked))).isEqualTo(text);
      assertThat(streamed(file(text.getBytes(UTF_8)))).isEqualTo(text);
    }
    assertThat(Texts.of("\uFEFF\uFEFFa".getBytes(UTF_8))).isEqualTo("\uFEFFa");
    assertThat(Texts.of("xyäz".getBytes(UTF_8), 2, 2)).isEqualTo("ä");
  }

  @Test
  void aLongTextIsTheSamePieceByPiece() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    StringBuilder text = new StringBuilder();
    while (text.length() < 200_000) {
      text.appendCodePoint(List.of(0x61, 0xE9, 0x65E5, 0x1F600, 0x0A).get(random.nextInt(5)));
    }
    assertThat(streamed(file(text.toString().getBytes(UTF_8)))).isEqualTo(text.toString());
  }

  private void refused(byte[] bytes, String why) throws IOException {
    Path file = file(bytes);
    assertThatThrownBy(() -> Texts.of(bytes)).isInstanceOf(Texts.NotUtf8.class).hasMessage(why);
    assertThatThrownBy(() -> streamed(file)).isInstanceOf(Texts.NotUtf8.class).hasMessage(why);
    assertThatThrownBy(() -> Texts.read(file))
        .isInstanceOf(BadInput.class)
        .hasMessage(file + ": " + why);
  }

  @Test
  void otherEncodingsAreRefusedWithTheirLine() throws IOException {
    refused(
        "a\r\ncafé\n".getBytes(ISO_8859_1), "line 2 is not UTF-8 (byte 0xE9): save it as UTF-8");
    refused(
        ("a\n".repeat(50_000) + "é").getBytes(ISO_8859_1),
        "line 50001 is not UTF-8 (byte 0xE9): save it as UTF-8");
    refused(new byte[] {'a', (byte) 0xC3}, "line 1 is not UTF-8 (byte 0xC3): save it as UTF-8");
    String wide = "it is UTF-16 or UTF-32, not UTF-8: save it as UTF-8";
    for (String text : List.of("cat\ndog\n", "日 cat", "c")) {
      refused(("\uFEFF" + text).getBytes(UTF_16LE), wide);
      refused(("\uFEFF" + text).getBytes(UTF_16BE), wide);
    }
    refused("cat\ndog\n".getBytes(UTF_16LE), wide);
    refused("cat\ndog\n".getBytes(UTF_16BE), wide);
    refused("cat\ndog\n".getBytes(Charset.forName("UTF-32LE")), wide);
  }

  @Test
  void aZeroAmongLettersIsALetter() throws IOException {
    assertThat(Texts.of("a photo\0 of a cat".getBytes(UTF_8))).isEqualTo("a photo\0 of a cat");
  }

  @Test
  void linesAreThoseThatHoldSomething() {
    assertThat(Texts.lines(" a \r\n\n\t\nb\rc")).containsExactly("a", "b", "c");
  }
}
