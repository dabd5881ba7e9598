package dev.filip.spark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Serializable;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.BarrierTaskContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.collection.Iterator;
import scala.runtime.AbstractFunction1;

/** One rank: a child process with torchrun's variables, whose lines go to the executor's log. */
final class RankTask extends AbstractFunction1<Iterator<Integer>, Iterator<Object>>
    implements Serializable {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(RankTask.class);

  private final ArrayList<String> command;

  RankTask(ArrayList<String> command) {
    this.command = command;
  }

  @Override
  public Iterator<Object> apply(Iterator<Integer> nothing) {
    BarrierTaskContext context = BarrierTaskContext.get();
    try {
      String port = context.allGather(context.partitionId() == 0 ? freePort() : "")[0];
      List<String> hosts =
          Arrays.stream(context.getTaskInfos()).map(info -> host(info.address())).toList();
      run(context, variables(context.partitionId(), hosts, port));
    } catch (IOException e) {
      throw new IllegalStateException(
          "cannot start rank " + context.partitionId() + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("rank " + context.partitionId() + " was interrupted", e);
    }
    return scala.collection.Iterator$.MODULE$.<Object>empty();
  }

  private static String freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return Integer.toString(socket.getLocalPort());
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

  private void run(BarrierTaskContext context, Map<String, String> variables)
      throws IOException, InterruptedException {
    List<String> whole = new ArrayList<>(command);
    if (context.stageAttemptNumber() > 0) {
      whole.add("--resume"); // an earlier attempt has left its run folder
    }
    ProcessBuilder builder = new ProcessBuilder(whole).redirectErrorStream(true);
    builder.environment().putAll(variables);
    Process process = builder.start();
    try {
      Thread words = Thread.ofVirtual().start(() -> copy(process, context.partitionId()));
      while (!process.waitFor(200, TimeUnit.MILLISECONDS)) {
        if (context.isInterrupted()) {
          process.destroy(); // asked to stop: the rank ends with a checkpoint
        }
      }
      words.join();
    } finally {
      process.destroy();
    }
    if (process.exitValue() != 0) {
      throw new IllegalStateException(
          "rank " + context.partitionId() + " ended with exit code " + process.exitValue());
    }
  }

  private static void copy(Process process, int rank) {
    try (var lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        LOG.info("[rank {}] {}", rank, line);
      }
    } catch (IOException e) {
      LOG.info("[rank {}] its output ended: {}", rank, e.getMessage());
    }
  }
}
