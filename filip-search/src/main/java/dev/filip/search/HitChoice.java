package dev.filip.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which of many ranked hits are shown: near duplicates as one, and unlike ones before more of the
 * same (maximal marginal relevance, Carbonell and Goldstein 1998). Decided by scores and ranks
 * alone. Immutable.
 *
 * @param scale for probabilities, where they are asked for
 */
record HitChoice(
    Ranker ranker, SearchQuery query, SearchOptions options, Calibration.@Nullable Scale scale) {
  /** So many times more candidates than at first are looked through for groups, in two steps. */
  private static final int MOST = 16;

  private static final int STEP = 4;

  /** Of what was found with {@link SearchOptions#candidates}; where groups are too few, of more. */
  Found of(Found first) throws IOException {
    Double alike = options.group();
    Found found = first;
    List<Hit> hits = likely(found.hits());
    if (alike != null) {
      List<Hit> groups = grouped(hits, alike);
      for (int times = STEP; times <= MOST && groups.size() < options.k(); times *= STEP) {
        if (hits.size() < options.candidates() * (times / STEP)) {
          break; // there are no more
        }
        int more = options.candidates() * times;
        found = ranker.rank(List.of(query), options, more).getFirst();
        hits = likely(found.hits());
        groups = grouped(hits, alike);
      }
      hits = groups;
    }
    if (options.diversity() > 0) {
      hits = diverse(hits, options.k(), options.diversity());
    }
    return found.with(hits.subList(0, Math.min(options.k(), hits.size())));
  }

  /** Those of at least the probability that is asked for, with it. */
  private List<Hit> likely(List<Hit> hits) {
    Double least = options.minProbability();
    Calibration.Scale known = scale;
    if (least == null || known == null) {
      return hits;
    }
    return hits.stream()
        .map(hit -> hit.probability(known.probability(hit.score())))
        .filter(hit -> hit.probability().orElseThrow() >= least)
        .toList();
  }

  /**
   * Down the ranking, a hit joins the best one so far that it is at least so much like; else it
   * stands for itself.
   *
   * @param ranked best first
   * @return the hits that stand for themselves, in their order, each with the ids of the others
   */
  static List<Hit> grouped(List<Hit> ranked, double alike) {
    int n = ranked.size();
    int[] leader = new int[n];
    Arrays.fill(leader, -1);
    List<Hit> groups = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      if (leader[i] >= 0) {
        continue;
      }
      int first = i;
      int[] free = IntStream.range(i + 1, n).filter(j -> leader[j] < 0).toArray();
      float[] how =
          ImagePairs.alike(ranked.get(i), Arrays.stream(free).mapToObj(ranked::get).toList());
      List<String> same = new ArrayList<>();
      for (int j = 0; j < free.length; j++) {
        if (how[j] >= alike) {
          leader[free[j]] = first;
          same.add(ranked.get(free[j]).id());
        }
      }
      groups.add(ranked.get(i).same(same));
    }
    return groups;
  }

  /**
   * The best hit, then again and again the one with the most {@code (1 - L) relevance(x) - L max
   * over chosen c of alike(x, c)}; relevance is the score, 0 for the lowest of all and 1 for the
   * highest. Of equal ones the better ranked.
   *
   * @param ranked best first
   * @param k how many at most
   * @param diversity L, from 0 (as ranked) to 1 (unlike whatever the score)
   * @return in the order in which they were chosen
   */
  static List<Hit> diverse(List<Hit> ranked, int k, double diversity) {
    int n = ranked.size();
    double high = n == 0 ? 0 : ranked.getFirst().score();
    double range = n == 0 ? 0 : high - ranked.getLast().score();
    double[] nearest = new double[n];
    Arrays.fill(nearest, Double.NEGATIVE_INFINITY);
    List<Integer> left = new ArrayList<>(IntStream.range(0, n).boxed().toList());
    List<Hit> chosen = new ArrayList<>();
    while (chosen.size() < k && !left.isEmpty()) {
      int best = 0;
      double most = Double.NEGATIVE_INFINITY;
      for (int at = 0; at < left.size(); at++) {
        int i = left.get(at);
        double relevance = range > 0 ? 1 - (high - ranked.get(i).score()) / range : 1;
        double worth =
            chosen.isEmpty() ? relevance : (1 - diversity) * relevance - diversity * nearest[i];
        if (worth > most) {
          most = worth;
          best = at;
        }
      }
      Hit hit = ranked.get(left.remove(best));
      chosen.add(hit);
      float[] how = ImagePairs.alike(hit, left.stream().map(ranked::get).toList());
      for (int at = 0; at < how.length; at++) {
        nearest[left.get(at)] = Math.max(nearest[left.get(at)], how[at]);
      }
    }
    return chosen;
  }
}
