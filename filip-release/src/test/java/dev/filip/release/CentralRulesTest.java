package dev.filip.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CentralRulesTest {
  private static final String GOOD =
      """
      <project>
        <groupId>dev.filip</groupId><artifactId>filip-x</artifactId><version>1.0</version>
        <name>X</name><description>An x.</description><url>https://example.org</url>
        <licenses><license><name>L</name><url>https://example.org/l</url></license></licenses>
        <developers><developer><name>D</name></developer></developers>
        <scm>
          <connection>scm:git:x</connection><developerConnection>scm:git:x</developerConnection>
          <url>https://example.org</url>
        </scm>
        <dependencies><dependency>
          <groupId>org.bytedeco</groupId><artifactId>pytorch</artifactId><version>2</version>
          <exclusions><exclusion><groupId>o</groupId><artifactId>openblas</artifactId></exclusion></exclusions>
        </dependency></dependencies>
      </project>
      """;

  @TempDir Path folder;

  private List<String> broken(String pom) throws IOException {
    Path target = Files.createDirectories(folder.resolve("target"));
    Files.writeString(target.resolve("flattened-pom.xml"), pom);
    return CentralRules.broken(Published.read(folder).pom());
  }

  private List<String> without(String from, String to) throws IOException {
    assertThat(GOOD).contains(from);
    return broken(GOOD.replace(from, to));
  }

  @Test
  void aWholePomMayBePublished() throws IOException {
    assertThat(broken(GOOD)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<version>1.0</version>",
        "<name>X</name>",
        "<description>An x.</description>",
        "<url>https://example.org</url>",
        "<name>L</name>",
        "<url>https://example.org/l</url>",
        "<name>D</name>",
        "<connection>scm:git:x</connection>",
        "<developerConnection>scm:git:x</developerConnection>"
      })
  void whatIsMissingIsNamed(String part) throws IOException {
    String element = part.substring(1, part.indexOf('>'));
    assertThat(without(part, "")).isNotEmpty().allMatch(line -> line.endsWith(element));
  }

  @Test
  void whatNoUserCouldResolveIsNamed() throws IOException {
    assertThat(without("1.0", "1.0-SNAPSHOT"))
        .containsExactly("version 1.0-SNAPSHOT is a snapshot: give -Drevision=");
    assertThat(without("<version>2</version>", "<version>${pytorch.version}</version>"))
        .containsExactly("${pytorch.version} is left open");
    assertThat(without("<version>2</version>", ""))
        .containsExactly("a dependency without a version");
    assertThat(without("<project>", "<project><parent/><profiles/>"))
        .containsExactly("parent must not be published", "profiles must not be published");
    assertThat(without("<artifactId>openblas<", "<artifactId>other<"))
        .singleElement()
        .asString()
        .startsWith("pytorch without the exclusion of openblas");
  }

  @Test
  void aPartThatWasNotMadeIsNamed() throws IOException {
    broken(GOOD);
    Published one = Published.read(folder);
    assertThat(one.parts()).containsExactly(".pom", ".jar", "-sources.jar", "-javadoc.jar");
    assertThat(one.copy(".pom", folder.resolve("repository")))
        .isRegularFile()
        .endsWithRaw(Path.of("dev/filip/filip-x/1.0/filip-x-1.0.pom"));
    assertThatThrownBy(() -> one.copy("-sources.jar", folder.resolve("repository")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("filip-x-1.0-sources.jar was not made");
    Files.createFile(folder.resolve("target/filip-x-1.0.zip"));
    assertThat(one.parts()).hasSize(5).endsWith(".zip");
  }
}
