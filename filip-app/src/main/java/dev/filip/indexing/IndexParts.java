package dev.filip.indexing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.data.SampleSource;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.io.Outputs;
import dev.filip.io.Share;
import dev.filip.search.IndexAbout;
import dev.filip.search.IndexEditor;
import dev.filip.search.LooseSegment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * A source encoded in parts, each by a process of its own and on any machine, that an index then
 * adopts: a folder of {@code part-00003-of-00016}, each with {@code part.json} and, unless nothing
 * of it could be used, a {@code segment}. A part appears whole; one that is there is not made
 * again, so that a task may be tried any number of times. Stateless.
 */
public final class IndexParts {
  private static final String FORMAT = "filip-index-part/1";
  private static final String ABOUT = "part.json";
  private static final String SEGMENT = "segment";
  private static final Pattern NAME = Pattern.compile("part-(\\d{5,})-of-(\\d{5,})");

  private IndexParts() {}

  private static String folder(Share part) {
    return String.format(Locale.ROOT, "part-%05d-of-%05d", part.number(), part.of());
  }

  /** Neighbours in the source's order. */
  private static long[] samples(Share part, long size) {
    return LongStream.range(
            size * part.number() / part.of(), size * (part.number() + 1) / part.of())
        .toArray();
  }

  /**
   * Encodes a part, unless it is there.
   *
   * @param spec of the source, as the user named it
   * @param out the folder of all parts
   * @return {@code part.json}, with {@code made} in it
   * @throws BadInput where the part is there, of another source or model
   */
  public static ObjectNode make(
      IndexModel model, IndexAbout about, SampleSource source, String spec, Share part, Path out)
      throws IOException {
    Path folder = out.resolve(folder(part));
    ObjectNode asked = Json.object().put("format", FORMAT).put("encoder", about.encoder());
    asked.put("preprocessing", about.preprocessing()).put("source", spec);
    asked.put("shape", source.shape()).put("part", part.number()).put("parts", part.of());
    if (Files.exists(folder)) {
      ObjectNode there = (ObjectNode) Json.readObject(folder.resolve(ABOUT));
      asked
          .properties()
          .forEach(entry ->
              BadInput.require(
                  there.path(entry.getKey()).equals(entry.getValue()),
                  entry.getKey() + " of " + folder,
                  there.path(entry.getKey()),
                  entry.getValue() + " (or name another --out)"));
      return there.put("made", false);
    }
    Outputs.folder(folder, fresh -> fill(fresh, model, about, source, spec, part, asked));
    return asked.put("made", true);
  }

  private static void fill(
      Path fresh,
      IndexModel model,
      IndexAbout about,
      SampleSource source,
      String spec,
      Share part,
      ObjectNode to)
      throws IOException {
    SourceIndexer indexer = new SourceIndexer(model, source, new SourcePaths(spec));
    Added[] added = {Added.NOTHING};
    long[] samples = samples(part, source.size());
    LooseSegment.write(
        fresh.resolve(SEGMENT),
        about,
        sink ->
            added[0] =
                indexer.run(
                    items -> {
                      for (var item : items) {
                        sink.put(item);
                      }
                      return new IndexEditor.Done(items.size(), 0, 0);
                    },
                    _ -> null,
                    samples,
                    false));
    ObjectNode said = added[0].toJson();
    to.put("items", added[0].done().added()).set("skipped", said.path("skipped"));
    to.set("images_per_second", said.path("images_per_second"));
    Files.write(fresh.resolve(ABOUT), (Json.pretty(to) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Takes all parts of a folder into an index, in order, a commit each.
   *
   * @throws BadInput where one is missing, damaged, or of another model
   */
  public static Added adopt(Path index, Path folder) throws IOException {
    long begun = System.nanoTime();
    IndexAbout about = IndexAbout.read(index);
    List<Path> parts = parts(folder);
    IndexEditor.Done done = IndexEditor.Done.NOTHING;
    Map<String, Integer> skipped = new TreeMap<>();
    long unchanged = 0;
    try (IndexEditor editor = IndexEditor.open(index)) {
      for (Path part : parts) {
        JsonNode said = Json.readObject(part.resolve(ABOUT));
        String format = said.path("format").asText();
        BadInput.require(format.equals(FORMAT), "format of " + part, format, FORMAT);
        about.require("the part " + part, said.path("encoder").asText(), about.d());
        said.path("skipped")
            .properties()
            .forEach(why -> {
              if (!why.getKey().equals("total")) {
                skipped.merge(why.getKey(), why.getValue().asInt(), Integer::sum);
              }
            });
        if (Files.exists(part.resolve(SEGMENT))) {
          IndexEditor.Done one = editor.adopt(part.resolve(SEGMENT));
          unchanged += said.path("items").asLong() - one.added() - one.replaced();
          done = done.plus(one);
        }
      }
    }
    return new Added(done, unchanged, skipped, (System.nanoTime() - begun) / 1e9);
  }

  /** All of them, in order. */
  private static List<Path> parts(Path folder) throws IOException {
    BadInput.require(Files.isDirectory(folder), "FOLDER", folder, "a folder of index parts");
    Map<Integer, Path> found = new TreeMap<>();
    int of = 0;
    List<Path> all;
    try (Stream<Path> files = Files.list(folder)) {
      all = files.sorted().toList();
    }
    for (Path path : all) {
      Matcher name = NAME.matcher(path.getFileName().toString());
      if (name.matches()) {
        int parts = Integer.parseInt(name.group(2));
        BadInput.require(
            of == 0 || of == parts, "parts in " + folder, of + " and " + parts, "of one division");
        of = parts;
        found.put(Integer.parseInt(name.group(1)), path);
      }
    }
    BadInput.require(of > 0, "FOLDER", folder, "a folder of index parts (filip index part)");
    List<String> missing = new ArrayList<>();
    for (int i = 0; i < of; i++) {
      if (!found.containsKey(i)) {
        missing.add(i + "/" + of);
      }
    }
    BadInput.require(
        missing.isEmpty(),
        "parts in " + folder,
        "all but " + String.join(", ", missing.subList(0, Math.min(5, missing.size()))),
        "complete: make the others first");
    return List.copyOf(found.values());
  }
}
