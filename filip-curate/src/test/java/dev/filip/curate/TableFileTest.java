package dev.filip.curate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableFileTest {
  @TempDir Path folder;

  @Test
  void tablesComeBackAsTheyWere() throws IOException {
    Path place = folder.resolve("new/some.tables");
    new TableFile.Writer()
        .put(new long[] {Long.MIN_VALUE, 3})
        .put(new double[0])
        .put(new double[] {0.1, -0.0})
        .put(new int[] {-7})
        .put(new short[] {Short.MIN_VALUE, 1, 2})
        .put(new char[] {'a', '\uffff'})
        .put(new byte[] {1, -1, 5})
        .write(place, "a thing");
    TableFile.Reader in = Objects.requireNonNull(TableFile.read(place, "a thing"));
    assertThat(in.longs()).containsExactly(Long.MIN_VALUE, 3);
    assertThat(in.doubles()).isEmpty();
    assertThat(in.doubles()).containsExactly(0.1, -0.0);
    assertThat(in.ints()).containsExactly(-7);
    assertThat(in.shorts()).containsExactly(Short.MIN_VALUE, (short) 1, (short) 2);
    char[] chars = new char[2];
    in.chars(chars);
    assertThat(chars).containsExactly('a', '\uffff');
    assertThat(in.bytes()).containsExactly(1, -1, 5);
  }

  @Test
  void whatIsOfAnotherThingOrDamagedIsNotThere() throws IOException {
    Path place = folder.resolve("some.tables");
    new TableFile.Writer().put(new int[] {1, 2, 3}).write(place, "a thing");
    assertThat(TableFile.read(place, "another")).isNull();
    assertThat(TableFile.read(folder.resolve("none"), "a thing")).isNull();
    byte[] whole = Files.readAllBytes(place);
    for (int i = 0; i < whole.length; i++) {
      byte[] bad = whole.clone();
      bad[i] ^= 4;
      assertThat(TableFile.read(Files.write(place, bad), "a thing")).as("byte %d", i).isNull();
      byte[] cut = Arrays.copyOf(whole, i);
      assertThat(TableFile.read(Files.write(place, cut), "a thing")).as("cut at %d", i).isNull();
    }
    assertThat(TableFile.read(Files.write(place, whole), "a thing")).isNotNull();
  }

  /** The tables of languages decide the same when they are read. */
  @Test
  void languagesThatWereKeptAreTheSame() throws IOException {
    List<String> codes = List.of("deu", "eng", "fra", "nld", "rus");
    LanguageModel model = LanguageModel.load(codes);
    LanguageSums sums = new LanguageSums(model);
    LanguageLead lead = LanguageLead.of(sums, 2);
    TableFile.Writer out = new TableFile.Writer();
    model.write(out);
    sums.write(out);
    lead.write(out);
    Path place = folder.resolve("languages.tables");
    out.write(place, "languages");
    TableFile.Reader in = Objects.requireNonNull(TableFile.read(place, "languages"));
    LanguageModel model2 = new LanguageModel(codes, in);
    LanguageSums sums2 = new LanguageSums(model2, in);
    LanguageLead lead2 = LanguageLead.read(in);
    assertThat(sums2.step()).isEqualTo(sums.step());
    for (String text : LanguageModelTest.texts()) {
      assertThat(model2.scores(text)).isEqualTo(model.scores(text));
      LanguageSums.Text one = sums.of(text);
      LanguageSums.Text other = sums2.of(text);
      assertThat(other.error()).isEqualTo(one.error());
      for (int i = 0; i < codes.size(); i++) {
        assertThat(other.sum(i)).isEqualTo(one.sum(i));
      }
      assertThat(other.isAbove(lead2, 0)).isEqualTo(one.isAbove(lead, 0));
    }
    assertThat(LanguageModel.print()).matches("/langdetect-183.bin [0-9a-f]{7,8}");
  }
}
