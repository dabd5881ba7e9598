package dev.filip.pickle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.pickle.PickleMachine.PickleTuple;
import java.lang.foreign.MemorySegment;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the machine makes of plain values; weights and data sets have tests of their own. */
class PickleMachineTest {
  /** Knows one name, a pair. */
  private static final PickleNames PAIRS =
      new PickleNames() {
        @Override
        public String what() {
          return "pairs";
        }

        @Override
        public PickleName admit(String module, String name) {
          if (module.equals("m") && name.equals("pair")) {
            return new PickleName(module, name);
          }
          throw new BadPickle("refers to " + module + "." + name);
        }

        @Override
        public Object call(PickleName name, PickleTuple arguments) {
          return arguments;
        }

        @Override
        public Charset strings() {
          return StandardCharsets.ISO_8859_1;
        }
      };

  private static Object read(String latin) {
    byte[] bytes = latin.getBytes(StandardCharsets.ISO_8859_1);
    return PickleMachine.read(new PickleInput(MemorySegment.ofArray(bytes)), PAIRS);
  }

  @Test
  void textsOfProtocolZero() {
    assertThat(read("S'it\\'s \\xe9\\n'\np0\n.")).isEqualTo("it's \u00e9\n");
    assertThat(read("S\"two\"\n.")).isEqualTo("two");
    assertThat(read("V\u00e9 \\u20ac \\U0001f600 \\x\n.")).isEqualTo("\u00e9 € 😀 \\x");
    assertThat(read("F1.5\n.")).isEqualTo(1.5);
    assertThat(read("(lp0\nI3\naI01\na.")).isEqualTo(List.of(3L, true));
    assertThatThrownBy(() -> read("Sno quotes\n.")).hasMessageContaining("without quotes");
    assertThatThrownBy(() -> read("V\\u12\n.")).hasMessageContaining("without its digits");
    assertThatThrownBy(() -> read("S'\\x4'\n.")).isInstanceOf(BadPickle.class);
    assertThatThrownBy(() -> read("S'open")).hasMessageContaining("truncated");
  }

  @Test
  void bytesOfPythonTwoAreInTheNamesCharset() {
    assertThat(read("\u0080\u0002U\u0002\u00ff\u00fe.")).isEqualTo("\u00ff\u00fe");
    assertThat(read("\u0080\u0003}C\u0001kK\u0007s.")).isEqualTo(Map.of("k", 7L));
  }

  @Test
  void onlyNamesOnTheListAreCalled() {
    assertThat(read("cm\npair\n(I1\nI2\ntR."))
        .isInstanceOfSatisfying(PickleTuple.class, pair -> assertThat(pair.size()).isEqualTo(2));
    assertThatThrownBy(() -> read("cos\nsystem\n.")).hasMessageContaining("refers to os.system");
    assertThatThrownBy(() -> read("I1\n(tR."))
        .hasMessageContaining("calls something that is no name");
    assertThatThrownBy(() -> read("\u0080\u0002N\u0085Q.")).hasMessageContaining("persistent id");
    assertThatThrownBy(() -> read("\u0080\u0002I1\nNb."))
        .hasMessageContaining("sets the state of something that has none");
    assertThatThrownBy(() -> read("\u00fe")).hasMessageContaining("which pairs do not need");
  }
}
