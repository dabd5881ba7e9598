package dev.filip.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What {@code .ci/run} does about the browser, on machines whose programs are stubs. */
@EnabledOnOs(OS.LINUX)
class CiBrowserTest {
  private static final String NO_ROOT = "echo 1000";

  @TempDir Path temp;
  private Path programs;

  @BeforeEach
  void machine() throws IOException {
    programs = Files.createDirectory(temp.resolve("bin"));
    program("id", "echo 0");
  }

  private void program(String name, String does) throws IOException {
    Path file = programs.resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + does + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** An apt-get that brings some programs; it says what it was called with. */
  private void apt(String... brings) throws IOException {
    StringBuilder does = new StringBuilder("echo \"apt $1\"\n");
    for (String name : brings) {
      Path file = programs.resolve(name);
      does.append("printf '#!/bin/sh\\n' > ").append(file);
      does.append("; /bin/chmod +x ").append(file).append('\n');
    }
    program("apt-get", does.toString());
  }

  private record Said(int code, List<String> lines) {}

  private Said run() throws Exception {
    String script =
        ". .ci/browser; if need_browser; then echo needed; else echo skipped; fi; echo goes on";
    ProcessBuilder builder =
        new ProcessBuilder("/bin/bash", "-euc", script)
            .directory(Path.of(System.getProperty("filip.root")).toFile())
            .redirectErrorStream(true);
    builder
        .environment()
        .putAll(
            Map.of(
                "PATH", programs.toString(),
                "CHROMIUM", programs.resolve("chromium").toString(),
                "CHROMEDRIVER", programs.resolve("chromedriver").toString()));
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Said(process.waitFor(), out.lines().toList());
  }

  @Test
  void whatIsThereIsTaken() throws Exception {
    program("chromium", "exit 0");
    program("chromedriver", "exit 0");
    apt();
    assertThat(run()).isEqualTo(new Said(0, List.of("needed", "goes on")));
  }

  @Test
  void whatIsMissingIsInstalled() throws Exception {
    apt("chromium", "chromedriver");
    assertThat(run())
        .isEqualTo(new Said(0, List.of("apt update", "apt install", "needed", "goes on")));
  }

  /** Not installed, half installed, or there and not starting (a snap's stub): one line, an end. */
  @Test
  void withAptItMustBeThereAfterwards() throws Exception {
    program("apt-get", "exit 100");
    requireEnd();
    apt("chromium");
    requireEnd();
    program("chromedriver", "exit 1");
    requireEnd();
    program("id", NO_ROOT);
    requireEnd();
  }

  @Test
  void withRootItMustBeThere() throws Exception {
    requireEnd();
  }

  private void requireEnd() throws Exception {
    Said said = run();
    assertThat(said.code).isEqualTo(1);
    assertThat(said.lines).filteredOn(line -> !line.startsWith("apt ")).hasSize(1);
    assertThat(said.lines.getLast()).startsWith("error: ").contains("chromium-driver");
  }

  @Test
  void whereNothingCanBeInstalledItGoesOn() throws Exception {
    program("id", NO_ROOT);
    assertThat(run())
        .isEqualTo(
            new Said(
                0,
                List.of(
                    "no chromium, and neither apt nor root to install it: the search page is not"
                        + " tried",
                    "skipped",
                    "goes on")));
  }
}
