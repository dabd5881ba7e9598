package dev.filip.generate;

import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;

/**
 * A package of the npm registry, fetched by the user's own {@code npm pack}.
 *
 * @param name as npm knows it
 * @param version exact
 */
record NpmPackage(String name, String version) {

  /** {@code name-version.tgz}. */
  String fileName() {
    return name + "-" + version + ".tgz";
  }

  /**
   * The package's {@code .tgz}: one of the given files when it is this package, else the one in the
   * cache, else fetched into the cache.
   *
   * @throws BadInput when it is not there and npm is missing
   * @throws IOException when npm fails
   */
  Path locate(List<Path> given, Path cache, String npm) throws IOException {
    for (Path file : given) {
      if (name.equals(nameOf(file))) {
        return file;
      }
    }
    Path cached = cache.resolve(fileName());
    if (!Files.exists(cached)) {
      fetch(cached, npm);
    }
    return cached;
  }

  /** The {@code name} in a package file's {@code package.json}. */
  static String nameOf(Path tgz) {
    BadInput.require(Files.isRegularFile(tgz), "package file", tgz, "an existing .tgz");
    byte[] json = Archives.readTgz(tgz, "package/package.json"::equals).get("package/package.json");
    if (json == null) {
      throw new BadInput("package file " + tgz + " holds no package/package.json");
    }
    return Json.parse(new String(json, StandardCharsets.UTF_8)).path("name").asText();
  }

  private void fetch(Path cached, String npm) throws IOException {
    Path folder = Files.createDirectories(cached.toAbsolutePath().getParent());
    Path fresh = Files.createTempDirectory(folder, ".npm-");
    try {
      List<String> command = List.of(npm, "pack", name + "@" + version, "--silent");
      String problem =
          UserCommand.run(command, fresh, fresh.resolve("npm.log")).orElseThrow(() -> missing(npm));
      Path packed = fresh.resolve(fileName());
      if (!Files.exists(packed)) {
        throw new IOException(String.join(" ", command) + " failed: " + problem);
      }
      Files.move(
          packed, cached, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Outputs.delete(fresh);
    }
  }

  private BadInput missing(String npm) {
    return new BadInput(
        "npm was not found (looked for "
            + npm
            + "): install Node.js, or run \"npm pack "
            + name
            + "@"
            + version
            + "\" elsewhere and give "
            + fileName()
            + " with --package FILE");
  }

  /** npm's name on this platform. */
  static String command() {
    boolean windows =
        System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
    return windows ? "npm.cmd" : "npm";
  }
}
