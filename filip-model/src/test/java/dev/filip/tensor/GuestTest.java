package dev.filip.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.filip.io.NativeCache;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.TimeZone;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** In JVMs of their own: what loading as a guest changes there, and what asking for more does. */
class GuestTest {
  /** The child: loads as it is told and says what is different. */
  public static final class Child {
    private Child() {}

    public static void main(String[] how) {
      TimeZone.getDefault(); // the JDK notes it when it is first asked
      Properties before = (Properties) System.getProperties().clone();
      if (how[0].equals("tuned")) {
        Natives.tuneProcess();
      }
      Natives.load();
      Natives.load();
      Properties after = (Properties) System.getProperties().clone();
      before.keySet().forEach(after::remove);
      System.out.println(after.keySet().stream().sorted().toList());
      System.out.println(NativeEnvironment.get("OMP_WAIT_POLICY").orElse("unset"));
      try {
        Natives.tuneProcess();
      } catch (IllegalStateException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  @BeforeAll
  static void unpack() {
    Natives.load();
  }

  private static List<String> child(String how, String policy)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dorg.bytedeco.javacpp.cachedir=" + NativeCache.root(),
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            Child.class.getName(),
            how);
    builder.environment().remove("OMP_WAIT_POLICY");
    if (!policy.isEmpty()) {
      builder.environment().put("OMP_WAIT_POLICY", policy);
    }
    Process process = builder.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said.lines().toList();
  }

  @Test
  void aGuestChangesNothingAndSaysOnceThatWorkersSpin() throws Exception {
    List<String> said = child("guest", "");
    if (Runtime.getRuntime().availableProcessors() > 1 && NativeEnvironment.canSet()) {
      assertThat(said.getFirst()).startsWith("filip: OpenMP's idle workers will spin");
      said = said.subList(1, said.size());
    }
    assertThat(said.subList(0, 2)).containsExactly("[]", "unset");
    assertThat(said.get(2)).startsWith("the native libraries are loaded already");
    assertThat(said).hasSize(3);
  }

  @Test
  void aGuestWhoseWorkersWaitSaysNothing() throws Exception {
    assertThat(child("guest", "passive").subList(0, 2)).containsExactly("[]", "passive");
  }

  @Test
  void aTunedProcessHasWhatTheLauncherSets() throws Exception {
    assertThat(child("tuned", ""))
        .containsExactly(
            "[filip.tuneProcess, org.bytedeco.javacpp.maxphysicalbytes, org.bytedeco.javacpp.nopointergc]",
            "PASSIVE");
  }
}
