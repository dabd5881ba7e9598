package dev.filip.spark;

import java.io.IOException;
import java.io.Serializable;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.BarrierTaskContext;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction1;

/** One rank: a child process with torchrun's variables, whose lines go to the executor's log. */
final class RankTask extends AbstractFunction1<Iterator<Integer>, Iterator<Object>>
    implements Serializable {
  private static final long serialVersionUID = 1;

  private final ArrayList<String> command;
  private final String hadoop;

  RankTask(ArrayList<String> command, String hadoop) {
    this.command = command;
    this.hadoop = hadoop;
  }

  @Override
  public Iterator<Object> apply(Iterator<Integer> nothing) {
    BarrierTaskContext context = BarrierTaskContext.get();
    int rank = context.partitionId();
    String port = context.allGather(rank == 0 ? freePort() : "")[0];
    List<String> hosts =
        Arrays.stream(context.getTaskInfos()).map(info -> host(info.address())).toList();
    Map<String, String> variables = new HashMap<>(HadoopVariables.of(hadoop));
    variables.putAll(variables(rank, hosts, port));
    new ChildCommand("rank " + rank, command(context), variables).run(context);
    return scala.collection.Iterator$.MODULE$.<Object>empty();
  }

  private static String freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return Integer.toString(socket.getLocalPort());
    } catch (IOException e) {
      throw new IllegalStateException("no port for the ranks to meet at: " + e.getMessage(), e);
    }
  }

  private static String host(String address) {
    int colon = address.lastIndexOf(':');
    return colon < 0 ? address : address.substring(0, colon);
  }

  /** Of a rank, from the hosts of all: those of one host share its cores and GPUs. */
  static Map<String, String> variables(int rank, List<String> hosts, String port) {
    String own = hosts.get(rank);
    long before = hosts.subList(0, rank).stream().filter(own::equals).count();
    long together = hosts.stream().filter(own::equals).count();
    return Map.of(
        "RANK", Integer.toString(rank),
        "WORLD_SIZE", Integer.toString(hosts.size()),
        "LOCAL_RANK", Long.toString(before),
        "LOCAL_WORLD_SIZE", Long.toString(together),
        "MASTER_ADDR", hosts.getFirst(),
        "MASTER_PORT", port);
  }

  private List<String> command(BarrierTaskContext context) {
    List<String> whole = new ArrayList<>(command);
    if (context.stageAttemptNumber() > 0) {
      whole.add("--resume"); // an earlier attempt has left its run folder
    }
    return whole;
  }
}
