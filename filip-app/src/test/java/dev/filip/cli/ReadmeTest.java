package dev.filip.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.data.known.FakeSets;
import dev.filip.generate.DebFixture;
import dev.filip.generate.EmojiFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every {@code ./filip} command of the README and of docs/EXAMPLES.md is run, in order, each in a
 * process of its own in one empty folder with the repository's configs, models, examples and
 * pictures: long ones with a smaller budget, network ones on packages made here. {@code ./build
 * verify} is what runs this.
 */
class ReadmeTest {
  private static final Path ROOT =
      Path.of(System.getProperty("filip.root", "..")).toAbsolutePath().normalize();
  private static final Pattern BLOCK = Pattern.compile("```bash\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");
  private static final List<String> BATCH =
      List.of("--set", "batch=8", "--set", "steps=3", "--set", "evaluate.every=0");

  /** For one command on a slow and busy machine. */
  private static final long PATIENCE_MINUTES = 10;

  @TempDir static Path folder;

  @TestFactory
  Stream<DynamicTest> everyCommandRuns() throws IOException {
    for (String shared : List.of("configs", "models", "docs", "examples")) {
      copy(ROOT.resolve(shared), folder.resolve(shared));
    }
    List<Path> emoji = EmojiFixture.write(folder.resolve("packages"));
    List<Path> debs = debs();
    FakeSets.twelve(folder.resolve("data/sets"));
    FakeSets.make("coco", folder.resolve("data/sets/coco"));
    List<String> commands = new ArrayList<>(commands("README.md"));
    assertThat(commands).as("commands in README.md").hasSizeGreaterThan(5);
    commands.addAll(commands("docs/EXAMPLES.md"));
    assertThat(commands).as("commands of both").hasSizeGreaterThan(25);
    return commands.stream()
        .map(command ->
            DynamicTest.dynamicTest(
                "./filip " + command, () -> run(command, shortened(words(command), emoji, debs))));
  }

  private static List<String> commands(String page) throws IOException {
    String text = Files.readString(ROOT.resolve(page)).replace("\r\n", "\n");
    List<String> commands = new ArrayList<>();
    Matcher block = BLOCK.matcher(text);
    while (block.find()) {
      for (String line : block.group(1).replace("\\\n", " ").split("\n")) {
        if (!line.isBlank() && !line.equals("./build verify")) {
          assertThat(line).as("a command of " + page).startsWith("./filip ");
          commands.add(line.substring("./filip ".length()).strip());
        }
      }
    }
    return commands;
  }

  private static List<String> words(String command) {
    List<String> words = new ArrayList<>();
    Matcher word = WORD.matcher(command);
    while (word.find()) {
      words.add(word.group(1) != null ? word.group(1) : word.group(2));
    }
    return words;
  }

  private static List<String> shortened(List<String> words, List<Path> emoji, List<Path> debs) {
    List<String> out = new ArrayList<>(words);
    switch (words.get(0) + " " + (words.size() > 1 ? words.get(1) : "")) {
      case "data emoji" -> {
        emoji.forEach(file -> out.addAll(List.of("--package", file.toString())));
        if (out.contains("--collages")) {
          put(out, "--collages", "40");
          put(out, "--names", "8");
          put(out, "--test", "12");
        }
      }
      case "data openclipart" ->
          debs.forEach(file -> out.addAll(List.of("--deb", file.toString())));
      case "data scenes" ->
          out.addAll(
              List.of("--train", "64", "--validation", "16", "--test", "16", "--twins", "5"));
      case "eval retrieval" -> out.replaceAll(word -> word.replace("000002.tar", "000000.tar"));
      default -> {
        if (words.get(0).equals("serve")) {
          out.addAll(List.of("--port", "0"));
        } else if (words.get(0).equals("quickstart")) {
          out.addAll(List.of("--steps", "3", "--scenes", "128", "--test", "20"));
        } else if (words.get(0).equals("study")) {
          out.addAll(List.of("--set", "batch=8", "--set", "tokenizer.train=540"));
          out.addAll(List.of("--steps", "2", "--tune-seeds", "1"));
          put(out, "--seeds", "1");
        } else if (words.get(0).equals("train")) {
          out.addAll(BATCH);
          if (words.contains("configs/finetune-captions.yaml")) { // three rows an image, one shard
            out.addAll(List.of("--set", "batch=6"));
            out.addAll(List.of("--set", "data.train=data/artist-captions/test-unseen"));
          } else if (!words.contains(
                  "configs/finetune-emoji.yaml") // it keeps its model's tokenizer
              && !words.contains("configs/own.yaml")) {
            out.addAll(List.of("--set", "tokenizer.train=540"));
          }
          if (words.contains("micro_batch=64")) {
            out.addAll(List.of("--set", "micro_batch=4"));
          }
        }
      }
    }
    return out;
  }

  /** Gives an option a value, the one it has or a new one. */
  private static void put(List<String> words, String option, String value) {
    if (words.contains(option)) {
      words.set(words.indexOf(option) + 1, value);
    } else {
      words.addAll(List.of(option, value));
    }
  }

  private static void run(String shown, List<String> arguments) throws Exception {
    List<String> command =
        new ArrayList<>(List.of(ProcessHandle.current().info().command().orElse("java")));
    command.addAll(
        List.of(
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"));
    command.addAll(
        List.of(
            "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
            "-Dorg.bytedeco.javacpp.nopointergc=true",
            "-Djava.awt.headless=true"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.filip.cli.Main"));
    int redirect = arguments.indexOf(">");
    command.addAll(redirect < 0 ? arguments : arguments.subList(0, redirect));
    Path log = folder.resolve("command.log");
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    if (redirect < 0) {
      builder.redirectErrorStream(true).redirectOutput(log.toFile());
    } else {
      builder.redirectError(log.toFile());
      builder.redirectOutput(folder.resolve(arguments.get(redirect + 1)).toFile());
    }
    Process process = builder.start();
    if (arguments.getFirst().equals("serve")) {
      stopWhenItServes(process, log);
      return;
    }
    boolean ended = process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
    if (!ended) {
      process.destroyForcibly();
    }
    assertThat(ended).as("./filip %s ends%n%s", shown, Files.readString(log)).isTrue();
    assertThat(process.exitValue())
        .as(
            "./filip %s%n(run as: %s)%n%s",
            shown, String.join(" ", arguments), Files.readString(log))
        .isZero();
  }

  /** A server ends when it is told to. */
  private static void stopWhenItServes(Process process, Path log) throws Exception {
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(PATIENCE_MINUTES);
    while (process.isAlive()
        && !Files.readString(log).contains(" images at http://")
        && System.nanoTime() < end) {
      Thread.sleep(100);
    }
    assertThat(Files.readString(log)).contains(" images at http://");
    process.destroy();
    assertThat(process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)).as("it stops").isTrue();
  }

  private static List<Path> debs() throws IOException {
    Map<String, byte[]> png = new LinkedHashMap<>();
    Map<String, byte[]> svg = new LinkedHashMap<>();
    for (String name :
        List.of(
            "pear", "plum", "wasp", "hammer", "violin", "teapot", "lemon", "sofa", "tulip", "vase",
            "rocket", "yacht")) {
      png.put(
          "./usr/share/openclipart/png/things/" + name + ".png",
          EmojiFixture.png(20, 20, name.hashCode() & 0xFFFFFF));
      String meta = "<svg xmlns='http://www.w3.org/2000/svg'><title>" + name + "</title></svg>";
      svg.put(
          "./usr/share/openclipart/svg/things/" + name + ".svg",
          meta.getBytes(StandardCharsets.UTF_8));
    }
    Path packages = folder.resolve("packages");
    return List.of(
        DebFixture.write(packages, "openclipart-png", png, Map.of()),
        DebFixture.write(packages, "openclipart-svg", svg, Map.of()));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : all.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }
}
