package dev.filip.cli;

import dev.filip.Filip;
import dev.filip.curate.PairScorer;
import dev.filip.curate.PictureEncoder;
import dev.filip.encode.Embedder;
import dev.filip.encode.Match;
import dev.filip.io.BadInput;
import dev.filip.io.Tasks;
import dev.filip.kernel.LateKernel;
import dev.filip.kernel.PairScores;
import dev.filip.textmodel.TextModel;
import dev.filip.tokens.Tokens;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Model folders that score pairs and encode images for {@code filip curate}.
 *
 * @param precision of the towers
 */
record ScoringModels(PrecisionOption precision) implements PairScorer.Models {
  private static final int TEXTS = 256;

  @Override
  public String fingerprint(String model) {
    require(model);
    try (TextModel text = TextModel.open(Path.of(model))) {
      return text.fingerprint(precision.word());
    }
  }

  @Override
  public PairScorer open(String model) {
    require(model);
    return new Scorer(precision.openForMany(Path.of(model)));
  }

  @Override
  public PictureEncoder encoder(String model) {
    return new Encoder(precision.openForMany(Path.of(model)));
  }

  private static void require(String model) {
    BadInput.require(
        Files.isDirectory(Path.of(model)),
        "score.model",
        model,
        "a model folder, its path relative to the rules");
  }

  private static Embedder.@Nullable Picture decoded(Embedder model, byte[] image) {
    try {
      return model.prepare(image);
    } catch (Embedder.Unreadable e) {
      return null;
    }
  }

  /** Decodes on all cores, then encodes a batch. */
  private record Encoder(Filip filip) implements PictureEncoder {
    @Override
    public int width() {
      return filip.embedder().width();
    }

    @Override
    public List<float[]> encode(List<byte[]> images) {
      Embedder model = filip.embedder();
      Embedder.@Nullable Picture[] pictures = new Embedder.Picture[images.size()];
      Tasks.forEach(images.size(), i -> pictures[i] = decoded(model, images.get(i)));
      List<Embedder.Picture> usable = new ArrayList<>();
      for (Embedder.Picture picture : pictures) {
        if (picture != null) {
          usable.add(picture);
        }
      }
      if (usable.isEmpty()) {
        return images.stream().map(_ -> new float[0]).toList();
      }
      Tokens rows = Match.of(model.interaction()).pictures(model.images(usable), model.layout());
      List<float[]> all = new ArrayList<>();
      int next = 0;
      for (Embedder.Picture picture : pictures) {
        all.add(picture == null ? new float[0] : rows.floats(next++));
      }
      return all;
    }

    @Override
    public void close() {
      filip.close();
    }
  }

  /** Decodes on all cores, then encodes a batch, then compares each image with its own texts. */
  private static final class Scorer implements PairScorer {
    private final Filip filip;
    private final Embedder model;
    private final Match match;
    private final LateKernel kernel = new LateKernel(1);

    Scorer(Filip filip) {
      this.filip = filip;
      this.model = filip.embedder();
      this.match = Match.of(model.interaction());
    }

    @Override
    public List<String> columns() {
      return match == Match.LATE ? List.of("s_image", "s_text") : List.of("cosine");
    }

    @Override
    public List<float[]> score(List<Pair> pairs) {
      Embedder.@Nullable Picture[] pictures = new Embedder.Picture[pairs.size()];
      Tasks.forEach(pairs.size(), i -> pictures[i] = decoded(model, pairs.get(i).image()));
      List<Embedder.Picture> usable = new ArrayList<>();
      List<String> captions = new ArrayList<>();
      for (int i = 0; i < pictures.length; i++) {
        if (pictures[i] != null) {
          usable.add(pictures[i]);
          captions.addAll(pairs.get(i).captions());
        }
      }
      if (usable.isEmpty()) {
        return pairs.stream().map(_ -> new float[0]).toList();
      }
      return scores(pairs, pictures, match.rows(model.images(usable)), texts(captions));
    }

    private Tokens texts(List<String> captions) {
      Tokens.@Nullable Builder all = null;
      for (int from = 0; from < captions.size(); from += TEXTS) {
        int to = Math.min(from + TEXTS, captions.size());
        Tokens some = match.rows(model.texts(captions.subList(from, to)));
        all = all == null ? new Tokens.Builder(some.type(), some.d()) : all;
        all.add(some);
      }
      return java.util.Objects.requireNonNull(all, "pairs have captions").build();
    }

    private List<float[]> scores(
        List<Pair> pairs, Embedder.@Nullable Picture[] pictures, Tokens images, Tokens texts) {
      List<float[]> scores = new ArrayList<>();
      int image = 0;
      int text = 0;
      for (int i = 0; i < pictures.length; i++) {
        int own = pairs.get(i).captions().size();
        if (pictures[i] == null) {
          scores.add(new float[0]);
        } else {
          PairScores of =
              kernel.scores(images.slice(image, image + 1), texts.slice(text, text + own));
          scores.add(columns(of));
          image++;
          text += own;
        }
      }
      return scores;
    }

    private float[] columns(PairScores of) {
      if (match == Match.GLOBAL) {
        return of.sText();
      }
      float[] both = new float[2 * of.texts()];
      for (int t = 0; t < of.texts(); t++) {
        both[2 * t] = of.sImage()[t];
        both[2 * t + 1] = of.sText()[t];
      }
      return both;
    }

    @Override
    public void close() {
      kernel.close();
      filip.close();
    }
  }
}
