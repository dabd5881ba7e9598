package dev.filip.search;

import dev.filip.io.BadInput;
import dev.filip.tokens.QueryValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rows with weights, encoded. The score of an image x with rows x_k is the sum over rows t_r of
 * weight_r times the largest cosine of t_r with any x_k:
 *
 * <ul>
 *   <li>a text weighs its tokens alike, 1/m each: the mean of maxima, {@code s_text};
 *   <li>with weights w_r of its words ({@code red^2}) it is sum of w_r max_k / sum of w_r, where
 *       [BOS], [EOS] and words without a mark have 1;
 *   <li>an unwanted word ({@code -dog^v}) takes away v times the mean over its own tokens, encoded
 *       as a text of its own, [BOS] and [EOS] left out;
 *   <li>an image is the mean of its rows' maxima; several parts together are the mean of theirs.
 * </ul>
 *
 * Immutable.
 */
public final class SearchQuery {
  private final String encoder;
  private final int d;
  private final float[] rows;
  private final float[] weight;
  private final List<QueryEncoder.Text> texts;
  private final boolean words;

  private SearchQuery(
      String encoder,
      int d,
      float[] rows,
      float[] weight,
      List<QueryEncoder.Text> texts,
      boolean words) {
    this.encoder = encoder;
    this.d = d;
    this.rows = rows;
    this.weight = weight;
    this.texts = List.copyOf(texts);
    this.words = words;
  }

  /**
   * Words.
   *
   * @throws BadInput where they have weights that no model without word vectors can give, or only
   *     weights of 0
   */
  public static SearchQuery text(QueryText query, QueryEncoder encoder) {
    Rows rows = new Rows(encoder.width());
    List<QueryEncoder.Text> texts = new ArrayList<>();
    if (!query.text().isEmpty() || query.unwanted().isEmpty()) {
      QueryEncoder.Text text = encoder.text(query.text());
      texts.add(text);
      rows.add(text.rows(), wanted(text, query.words()));
    }
    for (QueryText.Unwanted unwanted : query.unwanted()) {
      QueryEncoder.Text text = encoder.text(unwanted.word());
      texts.add(text);
      rows.add(text.rows(), unwanted(text, unwanted.weight()));
    }
    return rows.query(encoder.fingerprint(), texts, true);
  }

  /** The rows of an image, or any others that count alike. */
  public static SearchQuery image(String encoder, float[] rows, int d) {
    Rows all = new Rows(d);
    float[] weight = new float[rows.length / d];
    Arrays.fill(weight, 1f / weight.length);
    all.add(rows, weight);
    return all.query(encoder, List.of(), false);
  }

  /** Both, each counting half. */
  public SearchQuery and(SearchQuery other) {
    if (other.d != d || !other.encoder.equals(encoder)) {
      throw new IllegalArgumentException("parts of one query are of one encoder");
    }
    Rows all = new Rows(d);
    for (SearchQuery part : List.of(this, other)) {
      float[] half = part.weight.clone();
      for (int r = 0; r < half.length; r++) {
        half[r] /= 2;
      }
      all.add(part.rows, half);
    }
    List<QueryEncoder.Text> both = new ArrayList<>(texts);
    both.addAll(other.texts);
    return all.query(encoder, both, words && other.words);
  }

  private static float[] wanted(QueryEncoder.Text text, List<QueryText.Weighted> words) {
    float[] weight = new float[text.pieces().size()];
    double sum = 0;
    for (int r = 0; r < weight.length; r++) {
      weight[r] = 1;
      for (QueryText.Weighted word : words) {
        boolean touches =
            text.isWord(r) && text.from()[r] < word.to() && text.to()[r] > word.from();
        if (touches) {
          weight[r] = word.weight();
        }
      }
      sum += weight[r];
    }
    BadInput.require(
        words.isEmpty() || weight.length > 1,
        "TEXT",
        "a weighted word",
        "without weights: the index compares images globally");
    for (int r = 0; r < weight.length; r++) {
      weight[r] = (float) (weight[r] / sum);
    }
    return weight;
  }

  private static float[] unwanted(QueryEncoder.Text text, float takes) {
    int m = text.pieces().size();
    float[] weight = new float[m];
    long words = java.util.stream.IntStream.range(0, m).filter(text::isWord).count();
    for (int r = 0; r < m; r++) {
      if (words == 0) {
        weight[r] = -takes / m;
      } else if (text.isWord(r)) {
        weight[r] = -takes / words;
      }
    }
    return weight;
  }

  /** SHA-256 in hex of what made its vectors. */
  public String encoder() {
    return encoder;
  }

  /** Numbers of a row. */
  public int width() {
    return d;
  }

  /** Its texts as they were encoded, what is wanted first. */
  public List<QueryEncoder.Text> texts() {
    return texts;
  }

  /** Its rows and weights, for whoever scores elsewhere; arrays are its own. */
  public QueryValue value() {
    return new QueryValue(encoder, d, rows.clone(), weight.clone());
  }

  /** Whether it is made of texts alone. */
  boolean isWords() {
    return words;
  }

  /** How many rows it has. */
  int rows() {
    return weight.length;
  }

  /** Copies rows and weights to where row {@code at} is. */
  void copy(float[] toRows, float[] toWeight, int at) {
    System.arraycopy(rows, 0, toRows, at * d, rows.length);
    System.arraycopy(weight, 0, toWeight, at, weight.length);
  }

  /** Rows put one behind the other. */
  private static final class Rows {
    private final int d;
    private float[] rows = new float[0];
    private float[] weight = new float[0];

    Rows(int d) {
      this.d = d;
    }

    void add(float[] more, float[] weights) {
      int had = weight.length;
      rows = Arrays.copyOf(rows, rows.length + weights.length * d);
      System.arraycopy(more, 0, rows, had * d, weights.length * d);
      weight = Arrays.copyOf(weight, had + weights.length);
      System.arraycopy(weights, 0, weight, had, weights.length);
    }

    SearchQuery query(String encoder, List<QueryEncoder.Text> texts, boolean words) {
      return new SearchQuery(encoder, d, rows, weight, texts, words);
    }
  }
}
