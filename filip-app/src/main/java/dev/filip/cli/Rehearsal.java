package dev.filip.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.download.ParquetFile;
import dev.filip.io.Digests;
import dev.filip.io.Json;
import dev.filip.io.NativeCache;
import dev.filip.io.Outputs;
import dev.filip.search.IndexAbout;
import dev.filip.search.IndexEditor;
import dev.filip.search.IndexFiles;
import dev.filip.search.Item;
import dev.filip.textmodel.TextModel;
import dev.filip.tokens.Tokens;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import picocli.CommandLine;

/**
 * What the launcher's build runs once under {@code -XX:AOTCacheOutput}: the classes it loads are
 * those that later starts find ready, and what they learn of its branches the compiler knows from
 * the beginning. Every command's help, captions curated, a search by words in a small index, and
 * one model looked at where the native libraries are unpacked already. Kernels run as plain loops:
 * a class that names the Vector API, which is loaded late, cannot be kept. Nothing depends on
 * success.
 */
final class Rehearsal {
  private static final int IMAGES = 600;

  /** Enough for the compiler to take notice. */
  private static final int CAPTIONS = 60_000;

  private static final String RULES = "length: on\nlanguage: on\n";

  private Rehearsal() {}

  /**
   * @param models model folders
   */
  public static void main(String[] models) {
    System.setProperty(NativeCache.TUNE, "true");
    System.setProperty("filip.kernel", "scalar");
    Lucene.quiet();
    System.setOut(new PrintStream(OutputStream.nullOutputStream()));
    Main.run("--help");
    helpOf(Main.commandLine());
    curate();
    for (String model : models) {
      search(Path.of(model));
    }
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

  private static void curate() {
    try {
      Path folder = Files.createTempDirectory("filip-rehearsal-");
      try {
        Path table = folder.resolve("table.parquet");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(table))) {
          captions(out);
        }
        Path rules = Files.writeString(folder.resolve("rules.yaml"), RULES);
        String place = rules.toString();
        Main.run("curate", table.toString(), "--rules", place, "--dry-run", "--json");
      } finally {
        Outputs.delete(folder);
      }
    } catch (IOException | RuntimeException e) {
      System.err.println("no curation was rehearsed: " + e);
    }
  }

  /** Captions of which some are too short, some of another language. */
  private static void captions(OutputStream out) throws IOException {
    List<String> some =
        List.of(
            "A small wooden house by the river at night, number ",
            "two dogs are playing with a red ball on the beach ",
            "ein kleiner Hund läuft am Strand und sucht seinen Ball ",
            "img ");
    ParquetFile.write(
        out,
        List.of(
            new ParquetFile.Column("image", ParquetFile.Type.TEXT),
            new ParquetFile.Column("caption", ParquetFile.Type.TEXT)),
        CAPTIONS,
        row -> c -> c == 0 ? row + ".jpg" : some.get(row * 7 % 11 % some.size()) + row);
  }

  private static void search(Path model) {
    try {
      Path folder = Files.createTempDirectory("filip-rehearsal-");
      try {
        String index = folder.resolve("index").toString();
        fill(Path.of(index), model);
        Main.run("search", index, "a red ball", "-k", "3");
        Main.run("search", index, "red^2 ball -dog", "--filter", "tag:a AND year>3", "--json");
      } finally {
        Outputs.delete(folder);
      }
    } catch (IOException | RuntimeException e) {
      System.err.println("no search was rehearsed: " + e);
    }
  }

  /** Images that are made up: enough for codes. */
  private static void fill(Path index, Path model) throws IOException {
    try (TextModel words = TextModel.open(model)) {
      int d = words.config().embedDim();
      IndexAbout about =
          new IndexAbout(
              model.toAbsolutePath().toString(),
              words.fingerprint("fp32"),
              Digests.sha256(""),
              d,
              "late",
              "fp32",
              new IndexAbout.Patches(2, 2, 8, 0));
      IndexFiles.create(index, about, false);
      Random random = new Random(1);
      List<Item> items = new ArrayList<>();
      for (int i = 0; i < IMAGES; i++) {
        float[] rows = new float[4 * d];
        for (int c = 0; c < rows.length; c++) {
          rows[c] = (float) random.nextGaussian();
        }
        ObjectNode metadata = Json.object().put("tag", i % 2 == 0 ? "a" : "b").put("year", i);
        Item.About kept = new Item.About(i + ".jpg", metadata, List.of("a text"), null, "");
        items.add(new Item("item" + i, Tokens.packed(rows, d, 4), kept));
      }
      try (IndexEditor editor = IndexEditor.open(index)) {
        editor.add(items);
      }
    }
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
