package dev.filip.search;

import dev.filip.io.BadInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.lucene.document.DoublePoint;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;

/**
 * Reads filters over metadata: {@code tag:x AND (year>2010 OR NOT name:"red ball")}.
 *
 * <pre>
 * or    = and { OR and }         and   = not { [AND] not }
 * not   = [NOT] ( "(" or ")" | FIELD OP VALUE )
 * OP    = ":" | "=" | "!=" | ">" | ">=" | "&lt;" | "&lt;="
 * </pre>
 *
 * A text is compared whole and as it is written ({@code tag:re*} by its beginning), a number by its
 * value; {@code field:*} asks whether there is a value; {@code id} is a field, too. What has no
 * value fits no comparison but {@code !=}. Used by one thread, for one filter.
 */
final class FilterParser {
  private static final int DEEPEST = 100;
  private static final Set<String> OPERATORS = Set.of(":", "=", "!=", ">", ">=", "<", "<=");

  private record Mark(String text, boolean quoted) {
    boolean is(String word) {
      return !quoted && text.equals(word);
    }

    boolean isWord(String word) {
      return !quoted && text.equalsIgnoreCase(word);
    }
  }

  private final String filter;
  private final Schema schema;
  private final List<Mark> marks = new ArrayList<>();
  private int at;
  private int depth;

  private FilterParser(String filter, Schema schema) {
    this.filter = filter;
    this.schema = schema;
    split();
  }

  /**
   * The filter as Lucene's query.
   *
   * @throws BadInput where it is none: what was expected, and where
   */
  static Query parse(String filter, Schema schema) {
    FilterParser parser = new FilterParser(filter, schema);
    Query query = parser.or();
    if (parser.at < parser.marks.size()) {
      throw parser.bad("AND, OR or its end");
    }
    return query;
  }

  private BadInput bad(String expected) {
    String found = at < marks.size() ? "'" + marks.get(at).text + "'" : "its end";
    return new BadInput("filter '" + filter + "' must have " + expected + ", got " + found);
  }

  private void split() {
    for (int i = 0; i < filter.length(); ) {
      char c = filter.charAt(i);
      if (Character.isWhitespace(c)) {
        i++;
      } else if (c == '"') {
        i = quoted(i + 1);
      } else if (operator(c) || c == '(' || c == ')') {
        int end = i + 1;
        if ((c == '>' || c == '<' || c == '!')
            && end < filter.length()
            && filter.charAt(end) == '=') {
          end++;
        }
        marks.add(new Mark(filter.substring(i, end), false));
        i = end;
      } else {
        int end = i;
        while (end < filter.length() && inWord(filter.charAt(end))) {
          end++;
        }
        marks.add(new Mark(filter.substring(i, end), false));
        i = end;
      }
    }
  }

  private static boolean operator(char c) {
    return c == ':' || c == '=' || c == '!' || c == '<' || c == '>';
  }

  private static boolean inWord(char c) {
    return !Character.isWhitespace(c) && !operator(c) && c != '(' && c != ')' && c != '"';
  }

  /** Up to the closing quote; {@code \} takes what follows as it is. */
  private int quoted(int from) {
    StringBuilder text = new StringBuilder();
    for (int i = from; i < filter.length(); i++) {
      char c = filter.charAt(i);
      if (c == '"') {
        marks.add(new Mark(text.toString(), true));
        return i + 1;
      }
      if (c == '\\' && i + 1 < filter.length()) {
        c = filter.charAt(++i);
      }
      text.append(c);
    }
    throw new BadInput("filter '" + filter + "' must close its quotes");
  }

  private boolean take(String word) {
    if (at < marks.size() && marks.get(at).isWord(word)) {
      at++;
      return true;
    }
    return false;
  }

  private Query or() {
    BooleanQuery.Builder any = new BooleanQuery.Builder();
    do {
      any.add(and(), BooleanClause.Occur.SHOULD);
    } while (take("OR"));
    return any.build();
  }

  private Query and() {
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    do {
      all.add(not(), BooleanClause.Occur.FILTER);
    } while (take("AND") || at < marks.size() && begins(marks.get(at)));
    return all.build();
  }

  private static boolean begins(Mark mark) {
    return mark.quoted || !(mark.is(")") || mark.isWord("OR") || OPERATORS.contains(mark.text));
  }

  private Query not() {
    BadInput.require(
        ++depth <= DEEPEST, "filter", "deeper nesting", "at most " + DEEPEST + " deep");
    Query query;
    if (take("NOT")) {
      query = without(not());
    } else if (take("(")) {
      query = or();
      if (!take(")")) {
        throw bad("a closing )");
      }
    } else {
      query = comparison();
    }
    depth--;
    return query;
  }

  private static Query without(Query query) {
    return new BooleanQuery.Builder()
        .add(MatchAllDocsQuery.INSTANCE, BooleanClause.Occur.FILTER)
        .add(query, BooleanClause.Occur.MUST_NOT)
        .build();
  }

  private Query comparison() {
    if (at >= marks.size() || !begins(marks.get(at))) {
      throw bad("the name of a field");
    }
    String field = marks.get(at++).text;
    if (at >= marks.size() || marks.get(at).quoted || !OPERATORS.contains(marks.get(at).text)) {
      throw bad("one of : = != > >= < <= behind '" + field + "'");
    }
    String operator = marks.get(at++).text;
    if (at >= marks.size() || !marks.get(at).quoted && !begins(marks.get(at))) {
      throw bad("a value behind '" + field + operator + "'");
    }
    Mark value = marks.get(at++);
    if (operator.equals("!=")) {
      return without(comparison(field, "=", value));
    }
    return comparison(field, operator, value);
  }

  private Query comparison(String field, String operator, Mark value) {
    Schema.Type type = schema.types().get(field);
    boolean id = field.equals(ItemDocuments.ID) && type == null;
    if (type == null && !id) {
      throw new BadInput(
          "filter '"
              + filter
              + "': the index has no field '"
              + field
              + "'; it has "
              + (schema.types().isEmpty() ? "none" : String.join(", ", schema.types().keySet())));
    }
    boolean equals = operator.equals(":") || operator.equals("=");
    if (value.is("*") && equals) {
      return id ? MatchAllDocsQuery.INSTANCE : new TermQuery(new Term(ItemDocuments.HAS, field));
    }
    if (type == Schema.Type.NUMBER) {
      return number(field, operator, value.text);
    }
    BadInput.require(equals, "operator of " + field, operator, ": = or !=, as it is no number");
    return term(id ? ItemDocuments.ID : ItemDocuments.terms(field), type, value);
  }

  private Query term(
      String field, Schema.@org.jspecify.annotations.Nullable Type type, Mark value) {
    String text = value.text;
    if (type == Schema.Type.BOOLEAN) {
      text = text.toLowerCase(Locale.ROOT);
      BadInput.require(
          text.equals("true") || text.equals("false"), "filter value", text, "true or false");
    } else if (!value.quoted && text.endsWith("*")) {
      return new PrefixQuery(new Term(field, text.substring(0, text.length() - 1)));
    }
    return new TermQuery(new Term(field, ItemDocuments.term(text)));
  }

  private static Query number(String field, String operator, String text) {
    double value;
    try {
      value = Double.parseDouble(text) + 0.0; // -0 is 0
    } catch (NumberFormatException e) {
      throw new BadInput("filter value of " + field + " must be a number, got '" + text + "'", e);
    }
    BadInput.require(!Double.isNaN(value), "filter value of " + field, text, "a number");
    String in = ItemDocuments.numbers(field);
    double low = Double.NEGATIVE_INFINITY;
    double high = Double.POSITIVE_INFINITY;
    return switch (operator) {
      case ">" -> DoublePoint.newRangeQuery(in, DoublePoint.nextUp(value), high);
      case ">=" -> DoublePoint.newRangeQuery(in, value, high);
      case "<" -> DoublePoint.newRangeQuery(in, low, DoublePoint.nextDown(value));
      case "<=" -> DoublePoint.newRangeQuery(in, low, value);
      default -> DoublePoint.newExactQuery(in, value);
    };
  }
}
