package dev.filip.eval;

import dev.filip.data.Sample;
import dev.filip.data.known.CocoInstances;
import dev.filip.encode.LabelledText;
import dev.filip.encode.PatchLayout.Rect;
import dev.filip.image.ImageHeader;
import dev.filip.image.UndecodableImage;
import dev.filip.text.Prompts;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Categories with boxes, found as words in each of a sample's captions ({@link CategoryNames}), or
 * asked for one by one by {@code a photo of a {}.} A category's region is the union of its boxes in
 * the image; where the stored image has another size than the boxes were drawn on they are scaled.
 */
record CategoryPointers(
    CocoInstances instances, CategoryNames names, List<Said> prompts, boolean prompted)
    implements Pointers {
  private static final Prompts PROMPT = Prompts.named("photo");

  static CategoryPointers of(CocoInstances instances, boolean prompted) {
    List<Said> prompts = new ArrayList<>();
    for (String category : instances.categories()) {
      var marked = LabelledText.parse(PROMPT.of("{" + category + "}").getFirst());
      PhraseBox label = phrase(marked.from().getFirst(), marked.to().getFirst(), List.of());
      prompts.add(new Said(marked.text(), List.of(label)));
    }
    CategoryNames names = new CategoryNames(instances.categories());
    return new CategoryPointers(instances, names, prompts, prompted);
  }

  private static PhraseBox phrase(int from, int to, List<Rect> boxes) {
    return new PhraseBox(from, to, from, to, new Region(boxes));
  }

  @Override
  public @Nullable String refuse(Sample sample) {
    if (boxes(sample).isEmpty()) {
      return "no boxes";
    }
    if (!prompted && sample.captions().isEmpty()) {
      return "no caption";
    }
    return of(sample).isEmpty() ? "no category in its captions" : null;
  }

  @Override
  public List<Said> of(Sample sample) {
    SequencedMap<Integer, List<Rect>> boxes = boxes(sample);
    List<Said> out = new ArrayList<>();
    if (prompted) {
      boxes.forEach((category, rects) -> {
        Said prompt = prompts.get(category);
        PhraseBox label = prompt.phrases().getFirst();
        out.add(new Said(prompt.text(), List.of(phrase(label.from(), label.to(), rects))));
      });
      return out;
    }
    for (String caption : sample.captions()) {
      List<PhraseBox> phrases = new ArrayList<>();
      for (CategoryNames.Mention mention : names.in(caption)) {
        List<Rect> rects = boxes.get(mention.category());
        if (rects != null) {
          phrases.add(phrase(mention.from(), mention.to(), rects));
        }
      }
      if (!phrases.isEmpty()) {
        out.add(new Said(caption, phrases));
      }
    }
    return out;
  }

  @Override
  public void sign(Fingerprint print) {
    print.with("boxes", instances.digest()).with("words", prompted ? "prompts" : "captions");
  }

  /** By category, in pixels of the stored image; boxes without area left out. */
  private SequencedMap<Integer, List<Rect>> boxes(Sample sample) {
    SequencedMap<Integer, List<Rect>> out = new TreeMap<>();
    CocoInstances.Picture picture = instances.picture(sample.key()).orElse(null);
    if (picture == null) {
      return out;
    }
    double[] scale = scale(sample, picture);
    for (CocoInstances.Box box : picture.boxes()) {
      Rect rect =
          new Rect(
              box.x0() * scale[0], box.y0() * scale[1], box.x1() * scale[0], box.y1() * scale[1]);
      if (rect.area() > 0) {
        out.computeIfAbsent(box.category(), _ -> new ArrayList<>()).add(rect);
      }
    }
    return out;
  }

  /** From the size that boxes were drawn on to the stored image's, where both are known. */
  private static double[] scale(Sample sample, CocoInstances.Picture picture) {
    if (picture.width() <= 0 || picture.height() <= 0) {
      return new double[] {1, 1};
    }
    try {
      ImageHeader header = ImageHeader.of(sample.image());
      return new double[] {
        header.width() / (double) picture.width(), header.height() / (double) picture.height()
      };
    } catch (UndecodableImage unknown) {
      return new double[] {1, 1}; // it is refused, and counted, where it is decoded
    }
  }
}
