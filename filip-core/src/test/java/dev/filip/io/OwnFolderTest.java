package dev.filip.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnFolderTest {
  private static final OwnFolder OWN =
      new OwnFolder("filip x", List.of("x.json"), List.of("*/[0-9]*.tar", "README*"));

  @TempDir Path temp;

  private Path folder(String... files) throws IOException {
    Path folder = Files.createTempDirectory(temp, "f");
    for (String file : files) {
      Path path = folder.resolve(file);
      Files.createDirectories(path.getParent());
      Files.writeString(path, "precious");
    }
    return folder;
  }

  private static void refused(Path out, boolean force, String why) {
    assertThatThrownBy(() -> OWN.requireFree(out, force))
        .isInstanceOf(BadInput.class)
        .hasMessageNotContaining("\n")
        .hasMessageContaining("output " + out)
        .hasMessageContaining(why);
  }

  @Test
  void whatItMadeItselfIsReplacedWhereThatIsAskedFor() throws IOException {
    OWN.requireFree(temp.resolve("nothing"), false);
    for (Path own :
        List.of(folder(), folder("x.json"), folder("x.json", "a/0.tar", "a/1.tar", "README.md"))) {
      OWN.requireFree(own, true);
      refused(own, false, "exists already: give --force");
    }
    OWN.and(List.of("thesis.txt")).requireFree(folder("x.json", "thesis.txt"), true);
  }

  @Test
  void whatSomebodyElsePutThereIsKeptWhateverForceSays() throws IOException {
    for (boolean force : new boolean[] {false, true}) {
      refused(folder("thesis.txt"), force, "holds thesis.txt, which filip x does not write");
      refused(folder("x.json", "a/notes.md"), force, "holds a/notes.md, which");
      refused(folder("x.json", "a/b/0.tar"), force, "a/b/0.tar");
      refused(folder("x.json", ".hidden"), force, ".hidden");
      refused(folder("README.md"), force, "holds no x.json, which filip x writes");
      Path file = Files.writeString(temp.resolve("file" + force), "");
      refused(file, force, "is a file, not a folder");
      Path link = temp.resolve("link" + force);
      Files.createSymbolicLink(link, temp.resolve("nowhere"));
      refused(link, force, "is a file, not a folder");
    }
  }

  @Test
  void theFolderThatTheProcessRunsInIsKept() {
    // which has files in it; an empty one cannot be made the working directory of this process
    OwnFolder all = new OwnFolder("filip x", List.of("**"), List.of());
    for (Path out : List.of(Path.of(""), Path.of("."), Path.of("..").toAbsolutePath())) {
      assertThatThrownBy(() -> all.requireFree(out, true))
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("is the folder that the command runs in");
    }
  }

  @Test
  void aReplacementThatFailsPutsTheOldFolderBack() throws IOException {
    Path out = folder("x.json");
    assertThatThrownBy(() -> Outputs.replace(temp.resolve("nothing"), out))
        .isInstanceOf(IOException.class);
    assertThat(out.resolve("x.json")).hasContent("precious");
    assertThat(temp.toFile().list()).containsExactly(out.getFileName().toString());
  }
}
