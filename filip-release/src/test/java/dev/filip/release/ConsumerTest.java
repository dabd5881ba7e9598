package dev.filip.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An ordinary Maven project depends on what is published, as docs/LIBRARY.md says, and runs the
 * program that stands there. Nothing of it lands in the user's own repository: the project's is a
 * folder of links to the parts of that one, with a {@code dev/filip} of its own.
 */
@Tag("native")
class ConsumerTest {
  private static final Path ROOT = Path.of(property("filip.root"));
  private static final String PLATFORM = property("filip.platform");
  private static final Pattern FENCE = Pattern.compile("```(\\w+)\\n(.*?)```", Pattern.DOTALL);
  private static final List<String> PINNED =
      List.of("maven-resources-plugin", "maven-compiler-plugin", "maven-dependency-plugin");

  @TempDir Path folder;

  @Test
  void theProgramOfTheDocumentsRunsInAnOrdinaryProject() throws Exception {
    String version = publish(folder.resolve("published"));
    Path local = layered(Path.of(property("filip.repository")), folder.resolve("local"));
    Path project = project(version);
    maven(project, local);
    for (String page : List.of("docs/LIBRARY.md", "README.md")) {
      for (String program : programs(page)) {
        Files.writeString(project.resolve("src/main/java/Main.java"), program);
        maven(project, local);
        assertThat(run(project)).as(page).startsWith("0.5755 0.5758").contains("telephone");
      }
    }
    assertThat(local.resolve("dev/filip/filip-encode/" + version)).isDirectory();
  }

  /** Puts filip-encode, what it needs and this platform's natives into a repository. */
  private static String publish(Path repository) throws IOException {
    Files.createDirectories(repository);
    Map<String, Published> wanted = new LinkedHashMap<>();
    add("filip-encode", wanted);
    add("filip-natives-" + PLATFORM, wanted);
    for (Published one : wanted.values()) {
      assertThat(CentralRules.broken(one.pom()))
          .as(one.artifact())
          .allMatch(line -> line.endsWith("is a snapshot: give -Drevision="));
      one.copy(".pom", repository);
      if (!one.pomOnly()) {
        one.copy(".jar", repository);
      }
    }
    return wanted.values().iterator().next().version();
  }

  private static void add(String artifact, Map<String, Published> wanted) throws IOException {
    if (wanted.containsKey(artifact)) {
      return;
    }
    Published one = Published.read(ROOT.resolve(artifact.replace("natives-", "natives/")));
    wanted.put(artifact, one);
    for (String needed : one.needsOfOurs()) {
      add(needed, wanted);
    }
  }

  /** A local repository that shares all with the user's but what is ours. */
  private static Path layered(Path users, Path local) throws IOException {
    link(users, local, "dev");
    link(users.resolve("dev"), local.resolve("dev"), "filip");
    return local;
  }

  private static void link(Path from, Path to, String but) throws IOException {
    Files.createDirectories(to);
    if (Files.isDirectory(from)) {
      try (Stream<Path> list = Files.list(from)) {
        for (Path path : list.filter(p -> !p.endsWith(but)).toList()) {
          Files.createSymbolicLink(to.resolve(path.getFileName()), path);
        }
      }
    }
  }

  private Path project(String version) throws IOException {
    Path project = Files.createDirectories(folder.resolve("project"));
    Files.createDirectories(project.resolve("src/main/java"));
    String dependencies =
        fences("docs/LIBRARY.md", "xml")
            .getFirst()
            .replace("0.1.0", version)
            .replace("linux-x86_64", PLATFORM);
    Files.writeString(
        project.resolve("pom.xml"),
        """
        <project xmlns="http://maven.apache.org/POM/4.0.0">
          <modelVersion>4.0.0</modelVersion>
          <groupId>com.example</groupId>
          <artifactId>consumer</artifactId>
          <version>1</version>
          <properties>
            <maven.compiler.release>25</maven.compiler.release>
            <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
          </properties>
          <repositories>
            <repository><id>published</id><url>%s</url></repository>
          </repositories>
        %s
          <build><plugins>%s</plugins></build>
        </project>
        """
            .formatted(folder.resolve("published").toUri(), dependencies, plugins()));
    return project;
  }

  /** The versions that this build itself uses, so that nothing more is fetched. */
  private static String plugins() throws IOException {
    String root = Files.readString(ROOT.resolve("pom.xml"));
    StringBuilder out = new StringBuilder();
    for (String name : PINNED) {
      Matcher version =
          Pattern.compile("<artifactId>" + name + "</artifactId>\\s*<version>([^<]+)<")
              .matcher(root);
      assertThat(version.find()).as(name).isTrue();
      out.append("<plugin><artifactId>")
          .append(name)
          .append("</artifactId><version>")
          .append(version.group(1))
          .append("</version></plugin>");
    }
    return out.toString();
  }

  private static List<String> programs(String page) throws IOException {
    List<String> out = fences(page, "java").stream().filter(p -> p.contains("void main(")).toList();
    assertThat(out.isEmpty() && page.equals("docs/LIBRARY.md")).isFalse();
    return out;
  }

  private static List<String> fences(String page, String language) throws IOException {
    List<String> out = new ArrayList<>();
    Matcher fence = FENCE.matcher(Files.readString(ROOT.resolve(page)));
    while (fence.find()) {
      if (fence.group(1).equals(language)) {
        out.add(fence.group(2));
      }
    }
    return out;
  }

  private static void maven(Path project, Path local) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(property("filip.maven"));
    if (property("filip.offline").endsWith("true")) {
      command.addAll(List.of("-o", "-Daether.offline.protocols=file"));
    }
    command.addAll(
        List.of(
            "-B",
            "-q",
            "-ntp",
            "-Dmaven.repo.local=" + local,
            "-Dmdep.outputFile=classpath",
            "-DexcludeTypes=pom",
            "compile",
            "dependency:build-classpath"));
    said(new ProcessBuilder(command), project);
  }

  private static String run(Path project) throws IOException, InterruptedException {
    String path =
        project.resolve("target/classes")
            + java.io.File.pathSeparator
            + Files.readString(project.resolve("classpath"));
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    ProcessBuilder program =
        new ProcessBuilder(
            java,
            "--enable-native-access=ALL-UNNAMED",
            "--add-modules=jdk.incubator.vector",
            "-cp",
            path,
            "Main");
    program.environment().remove("OMP_WAIT_POLICY");
    return said(program, ROOT);
  }

  private static String said(ProcessBuilder builder, Path in)
      throws IOException, InterruptedException {
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    Path errors = Files.createTempFile("filip-consumer", ".log");
    Process process =
        builder
            .directory(in.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(errors.toFile()))
            .redirectError(errors.toFile())
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    String err = Files.readString(errors);
    Files.delete(errors);
    assertThat(code).as("%s\n%s\n%s", builder.command(), out, err).isZero();
    return out;
  }

  private static String property(String key) {
    String value = System.getProperty(key);
    assertThat(value).as(key).isNotNull();
    return value;
  }
}
