package dev.filip.eval;

import dev.filip.data.Sample;
import dev.filip.encode.Alignment;
import dev.filip.encode.Embedder;
import dev.filip.encode.LabelledText;
import dev.filip.encode.PatchLayout;
import dev.filip.encode.Words;
import dev.filip.io.BadInput;
import dev.filip.kernel.LateInteraction;
import dev.filip.viz.AlignmentPicture;
import dev.filip.viz.AwtImages;
import dev.filip.viz.HeatMap;
import dev.filip.viz.NounMap;
import dev.filip.viz.PatchGrid;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Pictures of one sample with boxes for reports, as PNG files.
 *
 * @param caption the sample's first
 * @param alignment which word each patch chose; label words are the nouns with boxes
 * @param nouns each patch in the colour of its best noun, with the true boxes
 * @param heat the first noun's cosine with every patch
 */
public record ExamplePictures(String caption, byte[] alignment, byte[] nouns, byte[] heat) {

  /**
   * Draws them; always late.
   *
   * @throws BadInput when the sample cannot be decoded or has no noun with a box that the model
   *     sees
   */
  public static ExamplePictures of(Embedder model, Sample sample) {
    Embedder.Picture picture = model.prepare(sample.image(), sample.key());
    List<PhraseBox> boxes = PhraseBox.of(sample);
    BadInput.require(!boxes.isEmpty(), "sample", sample.key(), "one with boxes (KEY.json)");
    String caption = sample.captions().getFirst();
    Words words = model.words(caption);
    List<PhraseBox> seen =
        boxes.stream().filter(b -> words.last(b.nounFrom(), b.nounTo()) >= 0).toList();
    BadInput.require(
        !seen.isEmpty(), "sample", sample.key(), "one whose nouns fit the model's context");
    return draw(model, picture, caption, words, seen);
  }

  private static ExamplePictures draw(
      Embedder model,
      Embedder.Picture picture,
      String caption,
      Words words,
      List<PhraseBox> things) {
    PatchLayout layout = model.layout();
    float[] imageRows = model.images(List.of(picture)).tokens().floats(0);
    float[] textRows = model.texts(List.of(caption)).tokens().floats(0);
    Alignment all =
        Alignment.of(
            new LabelledText(caption, List.of(), List.of()), words, layout, imageRows, textRows);
    PatchGrid grid = new PatchGrid(picture.pixels().toRgb(), layout.rows(), layout.columns());
    Set<Integer> label = new LinkedHashSet<>();
    for (PhraseBox thing : things) {
      for (int i = 0; i < words.size(); i++) {
        if (words.touches(i, thing.nounFrom(), thing.nounTo())) {
          label.add(i);
        }
      }
    }
    int first = words.last(things.getFirst().nounFrom(), things.getFirst().nounTo());
    float[] heat = all.ofWord(first);
    return new ExamplePictures(
        caption,
        AwtImages.png(AlignmentPicture.draw(grid, all.pair().patchWord(), words.pieces(), label)),
        AwtImages.png(nounMap(grid, layout, picture, caption, words, things, imageRows, textRows)),
        AwtImages.png(
            HeatMap.draw(
                grid,
                heat,
                first + "  " + noun(caption, things.getFirst()),
                HeatMap.Range.of(heat))));
  }

  private static java.awt.image.BufferedImage nounMap(
      PatchGrid grid,
      PatchLayout layout,
      Embedder.Picture picture,
      String caption,
      Words words,
      List<PhraseBox> things,
      float[] imageRows,
      float[] textRows) {
    int d = textRows.length / words.size();
    float[] nouns = new float[things.size() * d];
    List<String> names = new ArrayList<>();
    List<NounMap.Box> boxes = new ArrayList<>();
    for (int i = 0; i < things.size(); i++) {
      PhraseBox thing = things.get(i);
      int token = words.last(thing.nounFrom(), thing.nounTo());
      System.arraycopy(textRows, token * d, nouns, i * d, d);
      names.add(noun(caption, thing));
      for (PatchLayout.Rect stored : thing.region().boxes()) {
        PatchLayout.Rect box = stored.placed(picture.map());
        boxes.add(new NounMap.Box(i, box.x0(), box.y0(), box.x1(), box.y1()));
      }
    }
    float[] patches = Arrays.copyOfRange(imageRows, layout.first() * d, imageRows.length);
    int[] best = LateInteraction.align(patches, layout.size(), nouns, things.size(), d).patchWord();
    return NounMap.draw(grid, best, names, boxes);
  }

  private static String noun(String caption, PhraseBox thing) {
    return caption.substring(thing.nounFrom(), thing.nounTo());
  }
}
