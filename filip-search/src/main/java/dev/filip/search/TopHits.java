package dev.filip.search;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The best k of many hits. Used by one thread at a time. */
final class TopHits {
  private final int k;
  private final PriorityQueue<Hit> worstFirst;

  TopHits(int k) {
    this.k = k;
    worstFirst = new PriorityQueue<>(Math.min(k, 1024) + 1, Comparator.reverseOrder());
  }

  /** An empty one of the same size. */
  TopHits another() {
    return new TopHits(k);
  }

  void add(Segment segment, int item, float score) {
    if (worstFirst.size() < k || score >= worstFirst.element().score()) {
      add(new Hit(segment, item, score));
    }
  }

  private void add(Hit hit) {
    worstFirst.add(hit);
    if (worstFirst.size() > k) {
      worstFirst.remove();
    }
  }

  synchronized void addAll(TopHits others) {
    others.worstFirst.forEach(this::add);
  }

  /** Best first. */
  synchronized List<Hit> ranked() {
    List<Hit> all = new ArrayList<>(worstFirst);
    Collections.sort(all);
    return all;
  }
}
