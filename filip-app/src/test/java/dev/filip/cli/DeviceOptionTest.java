package dev.filip.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.search.Snapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** {@code --device} of commands that encode, on a machine whose libtorch finds no GPU. */
@DisabledIfEnvironmentVariable(named = "FILIP_GPU", matches = "1")
class DeviceOptionTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private static final String MODEL = ROOT.resolve("models/collages-late").toString();
  private static final String PICTURE = ROOT.resolve("docs/images/collage.png").toString();

  @TempDir Path temp;

  private static String similarity(int code, String... more) {
    String[] words = {"similarity", MODEL, "--image", PICTURE, "--text", "a shark"};
    String[] all = java.util.Arrays.copyOf(words, words.length + more.length);
    System.arraycopy(more, 0, all, words.length, more.length);
    return said(code, all);
  }

  /** What a command says on standard error. */
  private static String said(int code, String... words) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream before = System.err;
    try {
      System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
      assertThat(Main.run(words)).isEqualTo(code);
    } finally {
      System.setErr(before);
    }
    return said.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aGpuThatIsNotThereIsSaidInOneLine() {
    String said = similarity(2, "--device", "cuda");
    assertThat(said.strip().lines()).hasSize(1);
    assertThat(said).contains("device").contains("no GPU answers");
  }

  @Test
  void autoTakesTheCpuThenAndSaysSo() {
    assertThat(similarity(0, "--device", "auto")).contains("device cpu");
    assertThat(similarity(0, "--device", "cpu")).doesNotContain("device");
    assertThat(similarity(2, "--device", "gpu")).contains("--device");
  }

  private String picture() throws IOException {
    Path folder = Files.createDirectories(temp.resolve("pictures"));
    Files.copy(Path.of(PICTURE), folder.resolve("one.png"));
    return folder.toString();
  }

  /** Refused before anything is made. */
  @Test
  void encodingAndJudgingRefuseAlike() throws IOException {
    String source = picture();
    Path out = temp.resolve("tokens");
    String encode = said(2, "encode", MODEL, source, "--out", out.toString(), "--device", "cuda");
    assertThat(encode.strip().lines()).hasSize(1);
    assertThat(encode).contains("no GPU answers");
    assertThat(out).doesNotExist();
    String eval = said(2, "eval", "retrieval", MODEL, source, "--device", "cuda");
    assertThat(eval.strip().lines()).hasSize(1);
    assertThat(eval).contains("no GPU answers");
  }

  /** An index is filled there, too; one that was refused is as it was. */
  @Test
  void anIndexIsFilledWhereItIsAsked() throws IOException {
    String source = picture();
    String index = temp.resolve("some.index").toString();
    said(0, "index", "create", index, "--model", MODEL);
    String refused = said(2, "index", "add", index, source, "--device", "cuda");
    assertThat(refused.strip().lines()).hasSize(1);
    assertThat(refused).contains("no GPU answers");
    try (Snapshot none = Snapshot.open(Path.of(index))) {
      assertThat(none.size()).isZero();
    }
    String parts = temp.resolve("parts").toString();
    assertThat(
            said(
                2,
                "index",
                "part",
                index,
                source,
                "--part",
                "0/1",
                "--out",
                parts,
                "--device",
                "cuda"))
        .contains("no GPU answers");
    assertThat(said(0, "index", "add", index, source, "--device", "auto")).contains("device cpu");
    try (Snapshot one = Snapshot.open(Path.of(index))) {
      assertThat(one.size()).isEqualTo(1);
    }
  }

  /** Of every image the bits of its rows. */
  private static Map<String, float[]> rows(String index) throws IOException {
    Map<String, float[]> rows = new TreeMap<>();
    try (Snapshot all = Snapshot.open(Path.of(index))) {
      all.forEach(item -> rows.put(item.id(), item.tokens().floats(0)));
    }
    return rows;
  }

  @Test
  void theCpuByNameIsTheCpuThatIsTakenAnyway() throws IOException {
    String source = picture();
    String index = temp.resolve("unnamed.index").toString();
    String named = temp.resolve("named.index").toString();
    String both = temp.resolve("parted.index").toString();
    for (String made : List.of(index, named, both)) {
      said(0, "index", "create", made, "--model", MODEL);
    }
    said(0, "index", "add", index, source);
    said(0, "index", "add", named, source, "--device", "cpu");
    String part = temp.resolve("part").toString();
    said(0, "index", "part", both, source, "--part", "0/1", "--out", part, "--device", "cpu");
    said(0, "index", "adopt", both, part);
    Map<String, float[]> rows = rows(index);
    assertThat(rows).hasSize(1);
    for (String other : List.of(named, both)) {
      Map<String, float[]> there = rows(other);
      assertThat(there.keySet()).isEqualTo(rows.keySet());
      rows.forEach((id, of) -> assertThat(there.get(id)).containsExactly(of));
    }
  }

  /** One line that names the option, before the index is opened. */
  @Test
  void anUnknownDeviceIsOneLine() throws IOException {
    String source = picture();
    String index = temp.resolve("some.index").toString();
    said(0, "index", "create", index, "--model", MODEL);
    List<List<String>> commands =
        List.of(
            List.of("index", "add", index, source),
            List.of("index", "part", index, source, "--part", "0/1", "--out", index + ".part"),
            List.of("search", index, "a shark"),
            List.of("serve", index, "--port", "0"));
    for (List<String> command : commands) {
      for (String device : List.of("gpu", "cuda:1", "")) {
        List<String> words = new ArrayList<>(command);
        words.addAll(List.of("--device", device));
        String refused = said(2, words.toArray(String[]::new));
        assertThat(refused.strip().lines()).as(refused).hasSize(1);
        assertThat(refused).contains("--device");
      }
    }
    assertThat(rows(index)).isEmpty();
  }

  /** By words, too, which need no tower on a CPU. */
  @Test
  void aSearchIsEncodedWhereItIsAsked() throws IOException {
    String index = temp.resolve("some.index").toString();
    said(0, "index", "create", index, "--model", MODEL);
    said(0, "index", "add", index, picture());
    String refused = said(2, "search", index, "--image", PICTURE, "--device", "cuda");
    assertThat(refused.strip().lines()).hasSize(1);
    assertThat(refused).contains("no GPU answers");
    assertThat(said(2, "search", index, "a shark", "--device", "cuda")).contains("no GPU answers");
    assertThat(said(2, "serve", index, "--port", "0", "--device", "cuda"))
        .contains("no GPU answers");
    assertThat(said(0, "search", index, "--image", PICTURE, "--device", "auto"))
        .contains("device cpu");
    assertThat(said(0, "search", index, "a shark", "--device", "cpu")).doesNotContain("device");
  }
}
