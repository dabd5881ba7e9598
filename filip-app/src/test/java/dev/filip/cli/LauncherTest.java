package dev.filip.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher in a checkout whose program only says what reached it, and whose build is a stub.
 */
@EnabledOnOs(OS.LINUX)
class LauncherTest {
  private static final String PROGRAM =
      """
      package dev.filip.cli;
      public class Main {
        public static void main(String[] a) {
          System.out.println(String.join("|", a).codePoints().boxed().toList());
          System.out.println(java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments());
        }
      }
      class Rehearsal {
        public static void main(String[] a) {}
      }
      """;

  @TempDir Path checkout;
  private Path target;

  private record Said(int code, String out, String err) {}

  @BeforeEach
  void build() throws IOException {
    Path root = Path.of(System.getProperty("filip.root"));
    for (String name : List.of("filip", ".jdk25")) {
      Files.copy(root.resolve(name), checkout.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
    }
    Files.createDirectories(checkout.resolve("filip-app/src/main"));
    Files.writeString(checkout.resolve("pom.xml"), "<project/>");
    Files.writeString(checkout.resolve("filip-app/pom.xml"), "<project/>");
    Path prepared = program(checkout.resolve("prepared"));
    target = checkout.resolve("filip-app/target");
    Path build = checkout.resolve("build");
    Files.writeString(
        build,
        """
        #!/usr/bin/env bash
        echo "built $*" >>builds
        mkdir -p filip-app/target
        cp prepared/program.jar filip-app/target/filip-app-1.jar
        printf '%%s' "$PWD/prepared/other.jar" >filip-app/target/classpath
        """
            .replace("%%", "%"));
    Files.copy(prepared, checkout.resolve("prepared/other.jar"));
    assertThat(build.toFile().setExecutable(true)).isTrue();
  }

  private static Path program(Path folder) throws IOException {
    Path source = Files.createDirectories(folder).resolve("Main.java");
    Files.writeString(source, PROGRAM);
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(null, OutputStream.nullOutputStream(), null, "-d", "" + folder, "" + source);
    assertThat(code).isZero();
    Path jar = folder.resolve("program.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (String name : List.of("Main", "Rehearsal")) {
        out.putNextEntry(new JarEntry("dev/filip/cli/" + name + ".class"));
        Files.copy(folder.resolve("dev/filip/cli/" + name + ".class"), out);
      }
    }
    return jar;
  }

  private Said run(Map<String, String> environment, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(checkout.resolve("filip").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> !name.equals("PATH"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(environment);
    Path out = checkout.resolve("out");
    Path err = checkout.resolve("err");
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    process.getOutputStream().close();
    return new Said(process.waitFor(), Files.readString(out), Files.readString(err));
  }

  private long builds() throws IOException {
    return Files.readAllLines(checkout.resolve("builds")).size();
  }

  @Test
  void buildsOnceAndAgainAfterAChangeAndStartsFromTheCache() throws Exception {
    Said first = run(Map.of(), "a");
    assertThat(first.err)
        .isEqualTo("filip: building (once; the first build fetches the libraries)\n");
    assertThat(first.code).isZero();
    assertThat(target.resolve("start.aot")).isNotEmptyFile();
    assertThat(target.resolve("lib")).isDirectoryContaining("glob:**/other.jar");
    Said second = run(Map.of(), "a");
    assertThat(second).isEqualTo(new Said(0, first.out, ""));
    assertThat(second.out).contains("-XX:AOTCache=").doesNotContain("add-modules");
    assertThat(builds()).isEqualTo(1);

    Path source = Files.writeString(checkout.resolve("filip-app/src/main/New.java"), "");
    Files.setLastModifiedTime(source, FileTime.fromMillis(System.currentTimeMillis() + 5000));
    assertThat(run(Map.of(), "a").code).isZero();
    assertThat(builds()).isEqualTo(2);
  }

  /** Each of both builds is made once and found again, whatever was built in between. */
  @Test
  void cudaNativesAreABuildOfTheirOwn() throws Exception {
    run(Map.of());
    Said first = run(Map.of("FILIP_GPU", "1"), "a");
    assertThat(first.code).isZero();
    assertThat(first.err)
        .isEqualTo(
            "filip: building (once; the first build fetches the libraries)\n"
                + "filip: FILIP_GPU=1: libtorch's CUDA build is fetched once, 455 MB; CUDA and"
                + " cuDNN must be installed (docs/GPU.md)\n");
    assertThat(first.out).startsWith("[97]\n").contains("start-gpu.aot");
    assertThat(target.resolve("lib-gpu")).isDirectoryContaining("glob:**/other.jar");
    assertThat(Files.readAllLines(checkout.resolve("builds")))
        .hasSize(2)
        .satisfies(lines -> assertThat(lines.get(0)).doesNotContain("-gpu"))
        .satisfies(lines -> assertThat(lines.get(1)).contains("-Djavacpp.platform.extension=-gpu"));
    assertThat(run(Map.of("FILIP_GPU", "1"), "a").err).isEmpty();
    assertThat(run(Map.of("FILIP_GPU", "0"), "a").err).isEmpty();
    assertThat(run(Map.of("FILIP_GPU", ""), "a").err).isEmpty();
    assertThat(builds()).isEqualTo(2);
  }

  /** A jar that is in the user's repository is not announced. */
  @Test
  void nothingIsSaidOfADownloadThatIsThere() throws Exception {
    Path home = checkout.resolve("home");
    Files.writeString(
        checkout.resolve("pom.xml"),
        "<project>\n <pytorch.version>1.2</pytorch.version>\n</project>");
    Path jars = home.resolve(".m2/repository/org/bytedeco/pytorch/1.2");
    Files.createDirectories(jars);
    Files.writeString(jars.resolve("pytorch-1.2-linux-x86_64-gpu.jar"), "");
    Said said = run(Map.of("FILIP_GPU", "1", "HOME", home.toString()));
    assertThat(said.err)
        .isEqualTo("filip: building (once; the first build fetches the libraries)\n");
  }

  @Test
  void anotherWordForAGpuIsRefused() throws Exception {
    Said said = run(Map.of("FILIP_GPU", "yes"));
    assertThat(said.code).isEqualTo(2);
    assertThat(said.err)
        .isEqualTo("filip: FILIP_GPU must be 1 (libtorch's CUDA build) or 0, got yes\n");
    assertThat(checkout.resolve("builds")).doesNotExist();
  }

  @Test
  void aCacheThatCannotBeUsedStopsNothingAndSaysNothing() throws Exception {
    run(Map.of());
    byte[] whole = Files.readAllBytes(target.resolve("start.aot"));
    for (byte[] broken :
        List.of(
            new byte[0],
            "no cache at all".getBytes(StandardCharsets.UTF_8),
            java.util.Arrays.copyOf(whole, whole.length / 2))) {
      Files.write(target.resolve("start.aot"), broken);
      Said said = run(Map.of(), "x");
      assertThat(said.err).isEmpty();
      assertThat(said.out).startsWith("[120]\n");
      assertThat(said.code).isZero();
    }
    Files.write(target.resolve("start.aot"), whole);
    for (String other :
        List.of("-XX:+UseSerialGC", "-XX:-UseCompressedOops", "-Djava.awt.headless=true")) {
      Said said = run(Map.of("FILIP_JAVA_OPTS", other), "x");
      assertThat(said.err).isEmpty();
      assertThat(said.out).startsWith("[120]\n");
    }
    Said early = run(Map.of("FILIP_JAVA_OPTS", "--add-modules=jdk.incubator.vector"), "x");
    assertThat(early.err).isEqualTo("WARNING: Using incubator modules: jdk.incubator.vector\n");
    assertThat(early.out).startsWith("[120]\n");
  }

  @Test
  void anotherJdkMakesItsOwnCacheWithoutABuild() throws Exception {
    run(Map.of());
    Files.writeString(target.resolve("start.jdk"), "/jdk/of/yesterday 25\n");
    Files.writeString(target.resolve("start.aot"), "of yesterday");
    assertThat(run(Map.of()).err).isEmpty();
    assertThat(target.resolve("start.jdk")).content().startsWith(System.getProperty("java.home"));
    assertThat(Files.size(target.resolve("start.aot"))).isGreaterThan(1_000_000);
    assertThat(builds()).isEqualTo(1);
  }

  /** The JVM reads arguments in the locale's letters; where none is set, those were ASCII. */
  @Test
  void argumentsAreUtf8WhereThereIsNoLocale() throws Exception {
    run(Map.of());
    String letters = "café 日本";
    String code = letters.codePoints().boxed().toList().toString();
    for (Map<String, String> locale :
        List.of(
            Map.<String, String>of(),
            Map.of("LC_ALL", "C"),
            Map.of("LANG", "POSIX"),
            Map.of("LC_ALL", "C.UTF-8"),
            Map.of("LANG", "xx_YY.UTF-8"))) {
      Said said = run(locale, letters);
      assertThat(said.out).as("%s", locale).startsWith(code + "\n");
      assertThat(said.code).isZero();
    }
  }

  @Test
  void aJdkIsKnownByItsReleaseFile() throws Exception {
    Path jdk = checkout.resolve("jdk 21");
    for (String tool : List.of("java", "javac")) {
      Path file = jdk.resolve("bin").resolve(tool);
      Files.createDirectories(jdk.resolve("bin"));
      Files.writeString(file, "#!/bin/sh\necho started >>\"" + checkout + "/started\"\n");
      assertThat(file.toFile().setExecutable(true)).isTrue();
    }
    Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"21.0.2\"\n");
    run(Map.of("JAVA_HOME", jdk.toString()));
    assertThat(checkout.resolve("started")).doesNotExist();
    Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"25\"\n");
    assertThat(run(Map.of("JAVA_HOME", jdk.toString())).code).isZero();
    assertThat(checkout.resolve("started")).exists();
  }

  @Test
  void aJarThatCannotBeReadIsNamed() throws Exception {
    run(Map.of());
    Files.delete(target.resolve("lib/other.jar"));
    Said said = run(Map.of());
    assertThat(said.code).isEqualTo(1);
    assertThat(said.err)
        .startsWith("filip: cannot read " + target + "/lib/other.jar")
        .hasLineCount(1);
  }

  @Test
  void twoFirstRunsBuildOnce() throws Exception {
    Path slow = checkout.resolve("build");
    Files.writeString(slow, Files.readString(slow) + "sleep 1\n");
    List<Process> both = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      ProcessBuilder builder = new ProcessBuilder(checkout.resolve("filip").toString());
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      builder.redirectErrorStream(true).redirectOutput(checkout.resolve("run" + i).toFile());
      both.add(builder.start());
    }
    for (Process one : both) {
      assertThat(one.waitFor()).isZero();
    }
    assertThat(builds()).isEqualTo(1);
    assertThat(checkout.resolve(".filip-build")).doesNotExist();
  }
}
