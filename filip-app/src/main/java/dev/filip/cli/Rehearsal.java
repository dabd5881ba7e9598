package dev.filip.cli;

import dev.filip.io.NativeCache;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine;

/**
 * What the launcher's build runs once under {@code -XX:AOTCacheOutput}: the classes it loads are
 * those that later starts find ready. Every command's help, and one model looked at where the
 * native libraries are unpacked already. No kernel may run: a class that names the Vector API,
 * which is loaded late, cannot be kept. Nothing depends on success.
 */
final class Rehearsal {
  private Rehearsal() {}

  /**
   * @param models model folders
   */
  public static void main(String[] models) {
    System.setProperty(NativeCache.TUNE, "true");
    System.setOut(new PrintStream(OutputStream.nullOutputStream()));
    Main.run("--help");
    helpOf(Main.commandLine());
    if (nativesAreThere()) {
      for (String model : models) {
        Main.run("model", "show", model);
        Main.run("model", "show", model, "--json");
      }
    }
  }

  private static void helpOf(CommandLine command) {
    command.getUsageMessage();
    command.getSubcommands().values().forEach(Rehearsal::helpOf);
  }

  private static boolean nativesAreThere() {
    Path root = NativeCache.root();
    String[] names = Files.isDirectory(root) ? root.toFile().list() : null;
    if (names != null) {
      for (String name : names) {
        if (name.startsWith("torch-") && name.endsWith(".complete")) {
          return true;
        }
      }
    }
    return false;
  }
}
