package dev.filip.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.io.BadInput;
import dev.filip.train.TrainingStopped;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What a user reads when something fails. */
class MainTest {
  @TempDir Path temp;

  private static void says(Throwable e, String line) {
    assertThat(Main.oneLine(e)).isEqualTo(line);
  }

  @Test
  void failuresAreOneLineInWordsOfTheProgram() {
    says(new BadInput("batch must be >= 1, got 0"), "batch must be >= 1, got 0");
    says(new TrainingStopped("cannot write x\nat y"), "cannot write x");
    says(new NoSuchFileException("a/b"), "a/b does not exist");
    says(new AccessDeniedException("a/b"), "no permission for a/b");
    says(new FileAlreadyExistsException("a/b"), "a/b: it exists already");
    says(new UncheckedIOException(new IOException("cut off")), "cut off");
    says(
        new ExecutionException(new UncheckedIOException(new NoSuchFileException("x"))),
        "x does not exist");
    says(
        new InvalidPathException("a\0", "Nul character not allowed"),
        "\"a\0\" can be no name of a file: Nul character not allowed");
    says(
        new IllegalStateException("the native libraries are gone"),
        "the native libraries are gone");
    says(new IllegalArgumentException("7"), "internal error: 7 (FILIP_TRACE=1 shows where)");
    says(new NullPointerException(), "internal error: null (FILIP_TRACE=1 shows where)");
    says(
        new OutOfMemoryError("Java heap space"),
        "not enough memory (Java heap space): FILIP_JAVA_OPTS=-Xmx... gives more");
  }

  private String error(Object... words) {
    StringWriter err = new StringWriter();
    CommandLine filip = Main.commandLine().setErr(new PrintWriter(err));
    String[] arguments = List.of(words).stream().map(Object::toString).toArray(String[]::new);
    int code = filip.execute(arguments);
    return (code + " " + err).strip();
  }

  @Test
  void wrongArgumentsNameNoClass() {
    assertThat(error("explain", "m\0", "i", "t", "--out", temp))
        .startsWith("2 filip: ")
        .contains("Nul character not allowed")
        .doesNotContain("java.");
    assertThat(error("encode", "m", "s", "--out", temp.resolve("o"), "--limit", "many"))
        .contains("'many' is not an int");
  }

  @Test
  void aLimitThatIsNoneIsRefused() {
    for (String limit : List.of("0", "-1", "-2147483648")) {
      String line = "2 filip: --limit must be >= 1 (left out for all), got " + limit;
      assertThat(error("eval", "retrieval", "none", "none", "--limit", limit)).isEqualTo(line);
      assertThat(error("encode", "none", "none", "--out", temp.resolve("o"), "--limit", limit))
          .isEqualTo(line);
    }
  }

  /** Every command with a folder of its own, against one that is somebody else's. */
  @Test
  void forceReplacesNothingOfSomebodyElse() throws IOException {
    Path mine = Files.createDirectory(temp.resolve("mine"));
    Path thesis = Files.writeString(mine.resolve("thesis.txt"), "precious");
    Path file = Files.writeString(temp.resolve("file"), "precious");
    Path data = Files.writeString(temp.resolve("t.csv"), "image,text\na.png,a cat\n");
    Path model = Path.of(System.getProperty("filip.root", ".."), "models", "collages-late");
    List<List<Object>> commands =
        List.of(
            List.of("export", model, "--to", "onnx"),
            List.of("export", model, "--to", "huggingface"),
            List.of("import", model),
            List.of("explain", model, "none.png", "a cat"),
            List.of("encode", model, data),
            List.of("tokenizer", "train", data, "--size", 520),
            List.of("data", "scenes"),
            List.of("data", "emoji"),
            List.of("data", "emoji", "--collages", 10),
            List.of("data", "openclipart"));
    for (List<Object> command : commands) {
      for (Path out : List.of(mine, file)) {
        List<Object> words = new java.util.ArrayList<>(command);
        words.addAll(List.of("--out", out, "--force"));
        assertThat(error(words.toArray()))
            .as("%s", command)
            .startsWith("2 filip: output " + out + " ")
            .hasLineCount(1);
      }
    }
    assertThat(thesis).hasContent("precious");
    assertThat(file).hasContent("precious");
    assertThat(temp.toFile().list()).containsExactlyInAnyOrder("mine", "file", "t.csv");
  }

  @Test
  void aModelIsNotReplacedByItsExport() {
    Path model = Path.of(System.getProperty("filip.root", ".."), "models", "collages-late");
    assertThat(error("export", model, "--to", "onnx", "--out", model, "--force"))
        .endsWith("is the model that is read: give another name");
    assertThat(error("import", model, "--out", model.resolve("../collages-late"), "--force"))
        .endsWith("is the model that is read: give another name");
  }

  @Test
  void aTokenizerIsTrainedOnWhatCanBeRead() throws IOException {
    Path data = temp.resolve("data");
    Files.createDirectory(data);
    for (String name : List.of("a", "b", "c")) {
      Files.write(data.resolve(name + ".png"), new byte[] {1}); // never looked at
    }
    Files.writeString(data.resolve("a.txt"), "a cat here");
    Files.write(data.resolve("b.txt"), new byte[] {(byte) 0xE9});
    Path out = temp.resolve("tokenizer");
    assertThat(error("tokenizer", "train", data, "--size", 520, "--out", out)).isEqualTo("0");
    assertThat(out.resolve("tokenizer.json")).isRegularFile();
    assertThat(error("tokenizer", "train", data, "--size", 520, "--out", out, "--force"))
        .isEqualTo("0");
    Files.delete(data.resolve("a.txt"));
    assertThat(error("tokenizer", "train", data, "--size", 520, "--out", temp.resolve("none")))
        .startsWith("2 filip: no sample of " + data + " has a caption that can be used: ")
        .contains("{no caption=2, not UTF-8=1}, such as ");
  }
}
