package dev.filip.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableRowsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15, 16, 17, 31, 33, 1000, 40_000})
  void packedRowsEqualAMapOfLists(int rows) {
    packedRowsEqualAMapOfLists(rows, new TableRows());
  }

  /** With no room on the heap nearly all lies in the file; with a little some does. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1 << 20, 3 << 20, 1 << 24})
  void rowsThatOverflowAreTheSame(long held) throws IOException {
    try (TableRows packed = new TableRows(held % 7, new Overflow(held))) {
      packedRowsEqualAMapOfLists(600_000, packed);
    }
  }

  private static void packedRowsEqualAMapOfLists(int rows, TableRows packed) {
    SplittableRandom random = new SplittableRandom(rows);
    Map<String, List<String>> slow = new LinkedHashMap<>();
    for (int i = 0; i < rows; i++) {
      String image = "é/" + random.nextInt(1 + rows / 2) + ".jpg";
      String caption = List.of("", "a  b\t\nc", " ü ", "x".repeat(random.nextInt(40))).get(i % 4);
      packed.add(image, caption);
      List<String> known = slow.computeIfAbsent(image, _ -> new ArrayList<>());
      String line = caption.replaceAll("\\s+", " ").strip();
      if (!line.isEmpty()) {
        known.add(line);
      }
    }
    assertThat(packed.size()).isEqualTo(slow.size());
    assertThat(packed.captionCount()).isEqualTo(slow.values().stream().mapToInt(List::size).sum());
    int at = 0;
    for (var sample : slow.entrySet()) {
      assertThat(packed.path(at)).isEqualTo(sample.getKey());
      assertThat(packed.captions(at++)).isEqualTo(sample.getValue());
    }
  }

  /** Texts that stay as they are need not become strings. */
  @Test
  void plainBytesAreWhatTheirStringsAre() {
    SplittableRandom random = new SplittableRandom(7);
    String[] pieces = {"a", "bc", " ", "  ", "\t", "\u001c", "é", "\u00a0", "~", "\u007f", ""};
    TableRows slow = new TableRows();
    TableRows fast = new TableRows(3);
    int plain = 0;
    for (int i = 0; i < 20_000; i++) {
      String image = "x".repeat(random.nextInt(20)) + random.nextInt(5000);
      StringBuilder caption = new StringBuilder();
      for (int k = random.nextInt(6); k > 0; k--) {
        caption.append(pieces[random.nextInt(pieces.length)]);
      }
      slow.add(image, caption.toString());
      byte[] bytes = ("é" + image + caption).getBytes(StandardCharsets.UTF_8);
      int end = 2 + image.length();
      assertThat(PackedTexts.isAscii(bytes, 2, image.length())).isTrue();
      assertThat(PackedTexts.isAscii(bytes, 1, 1 + image.length())).isFalse();
      int sample = fast.image(bytes, 2, image.length());
      if (fast.addPlain(sample, bytes, end, bytes.length)) {
        plain++;
      } else {
        fast.add(sample, caption.toString());
      }
    }
    assertThat(plain).isBetween(2000, 18_000);
    assertThat(fast.size()).isEqualTo(slow.size());
    assertThat(fast.captionCount()).isEqualTo(slow.captionCount());
    for (int i = 0; i < slow.size(); i++) {
      assertThat(fast.path(i)).isEqualTo(slow.path(i));
      assertThat(fast.captions(i)).isEqualTo(slow.captions(i));
    }
  }

  /** Eight bytes at once, against one after the other. */
  @Test
  void aPlainCaptionIsKnownAtEveryLengthAndPlace() {
    SplittableRandom random = new SplittableRandom(9);
    byte[] some = {'a', ' ', '~', 0x7F, 0x1F, '!', (byte) 0x80, (byte) 0xA0, '\t', 0, -1};
    int plain = 0;
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = new byte[40];
      int kinds = random.nextInt(2, some.length + 1);
      for (int k = 0; k < bytes.length; k++) {
        bytes[k] = random.nextInt(6) > 0 ? (byte) 'a' : some[random.nextInt(kinds)];
      }
      int from = random.nextInt(10);
      int to = from + random.nextInt(31);
      String text = new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
      boolean is = text.matches("([!-\\x7f]+( [!-\\x7f]+)* ?)?");
      int length = TableRows.plainLength(bytes, from, to);
      assertThat(length).as("%s", text).isEqualTo(is ? text.strip().length() : -1);
      plain += is ? 1 : 0;
    }
    assertThat(plain).isBetween(20_000, 180_000);
  }

  /** The values of the algorithm's own implementation. */
  @Test
  void printsAreThoseOfMurmur() {
    TextPrint print = new TextPrint();
    print.of("hello");
    assertThat(print.high()).isEqualTo(0xcbd8a7b341bd9b02L);
    assertThat(print.low()).isEqualTo(0x5b1e906a48ae1d19L);
    byte[] bytes = "xThe quick brown fox jumps over the lazy dog.".getBytes(StandardCharsets.UTF_8);
    print.of(bytes, 1, bytes.length - 2);
    assertThat(print.high()).isEqualTo(0xe34bbc7bbc071b6cL);
    assertThat(print.low()).isEqualTo(0x7a433ca9c49a9347L);
    print.of("");
    assertThat(print.high()).isZero();
  }

  @Test
  void textsLongerThanAChunkAreKeptWhole() {
    PackedTexts texts = new PackedTexts();
    List<String> kept = new ArrayList<>();
    for (int length : new int[] {0, 1, 4095, 4096, 4097, 5_000_000, 0, 3, 9_000_000}) {
      String text = "é".repeat(length);
      kept.add(text);
      texts.add(text);
    }
    for (int i = 0; i < kept.size(); i++) {
      assertThat(texts.get(i)).isEqualTo(kept.get(i));
    }
  }

  private List<List<String>> rows(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("t.csv"), text);
    List<List<String>> rows = new ArrayList<>();
    try (CsvTable table = new CsvTable(file, null)) {
      rows.add(table.header());
      table.forEach(rows::add);
    }
    return rows;
  }

  @ParameterizedTest
  @ValueSource(strings = {"\t", ",", ";", "|"})
  void quotedFieldsOfAnyKindComeBack(String separator) throws IOException {
    SplittableRandom random = new SplittableRandom(3);
    List<List<String>> rows = new ArrayList<>(List.of(List.of("file", "title", "no")));
    String[] pieces = {"a", "\"", separator, "\n", "\r\n", " ", "é", "''", "\"\""};
    for (int i = 0; i < 3000; i++) {
      StringBuilder field = new StringBuilder("x");
      for (int k = random.nextInt(6); k > 0; k--) {
        field.append(pieces[random.nextInt(pieces.length)]);
      }
      rows.add(List.of("f" + i, field.append('y').toString(), Integer.toString(i)));
    }
    for (String end : List.of("\n", "\r\n")) {
      StringBuilder text = new StringBuilder("\uFEFF");
      for (List<String> row : rows) {
        List<String> quoted = row.stream().map(f -> '"' + f.replace("\"", "\"\"") + '"').toList();
        text.append(String.join(separator, quoted)).append(end);
      }
      assertThat(rows(text.toString())).isEqualTo(rows);
    }
  }

  @Test
  void blankLinesAreNoRows() throws IOException {
    assertThat(rows("\n \na\tb\n\n1\t2\n \n3\t4"))
        .containsExactly(List.of("a", "b"), List.of("1", "2"), List.of("3", "4"));
  }

  @Test
  void fieldsThatOnlyBeginWithAQuotedWordAreRead() throws IOException {
    assertThat(rows("a,b\n1,\"Yes\" she said\n2, \"no\" \n3,6\" nails\n"))
        .containsExactly(
            List.of("a", "b"),
            List.of("1", "Yes she said"),
            List.of("2", "no"),
            List.of("3", "6\" nails"));
  }

  @ParameterizedTest
  @ValueSource(strings = {",", ";"})
  void whiteSpaceMayStandBesideQuotes(String separator) throws IOException {
    String text =
        "'a' @ 'b'\n1 @ 'x, y; z'\n2@\t'two\nlines, ''quoted''' \t\n '3' @  plain 'word'\n4@ ''  \n";
    assertThat(rows(text.replace('\'', '"').replace("@", separator)))
        .containsExactly(
            List.of("a", "b"),
            List.of("1", "x, y; z"),
            List.of("2", "two\nlines, \"quoted\""),
            List.of("3", "plain \"word\""),
            List.of("4", ""));
  }

  @Test
  void betweenTabsAndBarsAQuoteAfterASpaceIsOfTheCaption() throws IOException {
    assertThat(rows("a\tb\n1\t \"no\nname|no\n"))
        .containsExactly(List.of("a", "b"), List.of("1", "\"no"));
    assertThat(rows("a| b\n1| \"Go\" says a sign .\n"))
        .containsExactly(List.of("a", "b"), List.of("1", "\"Go\" says a sign ."));
  }

  /** Against taking every field's leading white space away by hand, line by line. */
  @Test
  void spacesBeforeQuotesAreDroppedInTextsOfAnyLength() throws IOException {
    SplittableRandom random = new SplittableRandom(5);
    StringBuilder spaced = new StringBuilder();
    StringBuilder plain = new StringBuilder();
    for (int row = 0; row < 4000; row++) {
      for (int field = 0; field < 3; field++) {
        String quoted = '"' + "q, \"\" \n".repeat(random.nextInt(4)) + '"';
        String value = random.nextBoolean() ? quoted : "x".repeat(1 + random.nextInt(9)) + "\" y";
        String space = " \t".repeat(random.nextInt(3));
        spaced.append(field == 0 ? "" : ",").append(space).append(value);
        plain.append(field == 0 ? "" : ",").append(value.equals(quoted) ? "" : space).append(value);
      }
      spaced.append(row % 2 == 0 ? "\n" : "\r\n");
      plain.append(row % 2 == 0 ? "\n" : "\r\n");
    }
    StringBuilder read = new StringBuilder();
    try (var reader = new SpacedQuotes(new java.io.StringReader(spaced.toString()), ',')) {
      char[] some = new char[997];
      for (int n = reader.read(some); n >= 0; n = reader.read(some)) {
        read.append(some, 0, n);
      }
    }
    assertThat(read.toString()).isEqualTo(plain.toString());
  }

  @Test
  void rowsWithTooFewAndTooManyFieldsAreToldApart() throws IOException {
    Path file = folder.resolve("u.csv");
    Files.writeString(file, "image,text\na.png,one\nb.png\nc.png,a cat, a dog\nd.png,x,y,z\n");
    try (CsvTable table = new CsvTable(file, null)) {
      List<List<String>> rows = new ArrayList<>();
      table.forEach(rows::add);
      assertThat(rows).containsExactly(List.of("a.png", "one"));
      assertThat(table.leftOut())
          .isEqualTo(
              ", 1 rows with missing fields left out (the first in line 3)"
                  + ", 2 rows with too many fields left out (the first in line 4: is a field with"
                  + " ',' not quoted?)");
    }
  }

  @Test
  void anOpenQuoteIsOneLineThatNamesTheTableAndItsRow() {
    assertThatThrownBy(() -> rows("a,b\n1,2\n3,\"4\n5,6\n"))
        .isInstanceOf(BadInput.class)
        .hasMessageNotContaining("\n")
        .hasMessageContaining("t.csv")
        .hasMessageContaining("line 3");
    assertThatThrownBy(() -> rows(" \n\n"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("a table with a header line");
  }
}
