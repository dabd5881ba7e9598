package dev.filip.search;

import dev.filip.io.Reasons;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Writes to an index until writing fails, tries all else then, has the fault mended and goes on. It
 * says, a line each, what was done, what failed and why, and at the end what is there.
 */
final class FaultyWriter {
  private static final int TOO_MANY = 1 << 16;

  private final IndexEditor editor;
  private final List<String> acknowledged = new ArrayList<>();

  private FaultyWriter(IndexEditor editor) {
    this.editor = editor;
  }

  /**
   * @param arguments the index to make; a file that fills its disk until it is deleted, or nothing
   *     where a file may only grow so large
   */
  public static void main(String[] arguments) throws IOException {
    Path index = Path.of(arguments[0]);
    IndexFiles.create(index, Fixtures.about(), false);
    try (IndexEditor editor = IndexEditor.open(index)) {
      FaultyWriter writer = new FaultyWriter(editor);
      writer.tried("first", () -> writer.add("first-", 40));
      Path ballast = arguments.length > 1 ? Path.of(arguments[1]) : null;
      if (ballast != null) {
        fill(ballast);
      }
      writer.tried("many", () -> writer.add("many-", ballast == null ? TOO_MANY : 40));
      writer.tried("remove", () -> writer.remove("first-0"));
      writer.tried("merge", () -> editor.compact());
      if (ballast != null) {
        Files.delete(ballast);
      }
      writer.tried("after", () -> writer.add("after-", 3));
      writer.tried("remove again", () -> writer.remove("first-1"));
      System.out.println("unfinished " + unfinished(index));
      writer.check(index);
    }
  }

  private static void fill(Path ballast) throws IOException {
    try (OutputStream out = Files.newOutputStream(ballast)) {
      for (int part : new int[] {4096, 1}) {
        grow(out, new byte[part]);
      }
    }
  }

  private static void grow(OutputStream out, byte[] part) {
    try {
      while (true) {
        out.write(part);
      }
    } catch (IOException full) {
      return;
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  private void tried(String name, Step step) {
    try {
      step.run();
      System.out.println(name + " done");
    } catch (IOException e) {
      System.out.println(name + " failed: " + Reasons.of(e));
    }
  }

  private void add(String prefix, int count) throws IOException {
    editor.add(Fixtures.items(prefix, count));
    for (int i = 0; i < count; i++) {
      acknowledged.add(prefix + i);
    }
  }

  private void remove(String id) throws IOException {
    editor.remove(List.of(id));
    acknowledged.remove(id);
  }

  private static long unfinished(Path index) throws IOException {
    try (Stream<Path> files = Files.list(index)) {
      return files.filter(file -> file.getFileName().toString().startsWith(".")).count();
    }
  }

  private void check(Path index) throws IOException {
    System.out.println("damage " + IndexFiles.verify(index).damage());
    try (Snapshot now = Snapshot.open(index)) {
      int found = 0;
      for (String id : acknowledged) {
        found += now.find(id).isPresent() ? 1 : 0;
      }
      System.out.printf("found %d of %d in %d%n", found, acknowledged.size(), now.size());
    }
  }
}
