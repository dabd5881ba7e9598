package dev.filip.generate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Outputs;
import dev.filip.io.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Generated pictures of two or three things on a textured ground, with captions and the true box of
 * every phrase; no network, no files of others. Writes {@code
 * OUT/{train,validation,test,test-twins}} as webdataset shards of {@code .png}, {@code .txt} and
 * {@code .json}.
 *
 * <p>Each sample depends on (seed, split, number) only, and drawing uses exact arithmetic only, so
 * the same options give the same bytes on every machine with any number of threads.
 *
 * <p>Of every four training scenes the first two are twins (the same things with their looks handed
 * on, at other places), the others singles: batches grouped by two hold half twin pairs.
 */
public final class Scenes {
  private static final long TRAIN = 1;
  private static final long VALIDATION = 2;
  private static final long TEST = 3;
  private static final long TWINS = 4;
  private final ScenesOptions options;
  private final ScenePainter painter;

  private Scenes(ScenesOptions options) {
    this.options = options;
    this.painter = new ScenePainter(options.imageSize());
  }

  /** How many samples {@link #generate} will make: the total of its progress. */
  public static int total(ScenesOptions options) {
    return options.train() + options.validation() + options.test() + 2 * options.twins();
  }

  /**
   * Writes the data set to {@code out}, which appears whole.
   *
   * @throws dev.filip.io.BadInput when {@code out} exists and {@code force} is not set
   */
  public static GenerateReport generate(
      ScenesOptions options, Path out, boolean force, Progress progress) throws IOException {
    Scenes scenes = new Scenes(options);
    try (SplitWriter writer = new SplitWriter("scenes", options.workers(), progress)) {
      SplitWriter.OWN.requireFree(out, force);
      Outputs.folder(out, folder -> scenes.write(writer, folder));
      writer.note("seed", Long.toString(options.seed()));
      writer.note("image size", options.imageSize() + " px");
      return writer.report();
    }
  }

  private void write(SplitWriter writer, Path folder) throws IOException {
    writer.split(
        folder, "train", options.train(), i -> sample(TRAIN, i, i % 4 < 2, options.captions()));
    writer.split(folder, "validation", options.validation(), i -> sample(VALIDATION, i, false, 1));
    writer.split(folder, "test", options.test(), i -> sample(TEST, i, false, 1));
    writer.split(folder, "test-twins", 2 * options.twins(), i -> sample(TWINS, i, true, 1));
  }

  private MadeSample sample(long split, int index, boolean paired, int captions) {
    Scene scene = scene(split, index, paired);
    ScenePainter.Painted painted = painter.paint(scene);
    Dice dice = new Dice(options.seed(), split, index, 2);
    List<Caption> told;
    ObjectNode metadata;
    if (split == TRAIN) {
      told = SceneSentence.captions(scene, captions, dice);
      metadata = Caption.metadata(told, painted.boxes());
    } else {
      SceneSentence sentence = SceneSentence.random(scene, dice);
      told = List.of(sentence.say(scene));
      metadata = Caption.metadata(told, painted.boxes());
      metadata.set("foils", sentence.foils(scene));
    }
    describe(scene, metadata);
    return MadeSample.of(painted.image(), told, metadata);
  }

  /** Scene {@code index} of a split; of a pair the odd one is the twin of the even one. */
  private Scene scene(long split, int index, boolean paired) {
    if (!paired) {
      return Scene.random(new Dice(options.seed(), split, index, 1));
    }
    Scene first = Scene.withTwin(new Dice(options.seed(), split, index & ~1, 1));
    return index % 2 == 0 ? first : first.twin(new Dice(options.seed(), split, index, 1));
  }

  private static void describe(Scene scene, ObjectNode metadata) {
    ArrayNode things = metadata.putArray("things");
    for (Scene.Item item : scene.items()) {
      things
          .addObject()
          .put("kind", item.kind().word())
          .put("size", item.look().size().word())
          .put("colour", item.look().colour().word())
          .put("texture", item.look().texture().word())
          .put("row", item.row())
          .put("column", item.column());
    }
    metadata.put("ground", scene.ground().word());
  }
}
