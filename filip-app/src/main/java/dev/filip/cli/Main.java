package dev.filip.cli;

import dev.filip.data.DataStopped;
import dev.filip.distributed.LostPeer;
import dev.filip.io.BadInput;
import dev.filip.io.NativeCache;
import dev.filip.io.Reasons;
import dev.filip.train.TrainingStopped;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * The {@code filip} command. Exit code 0 done, 1 failed while running, 2 wrong use or bad input.
 */
@Command(
    name = "filip",
    version = "filip 0.1.0",
    mixinStandardHelpOptions = true,
    description =
        "Train, judge and look inside FILIP models: fine-grained interactive language-image pre-training.",
    footer = {"", "Example:", "  filip quickstart --out quickstart"})
public final class Main implements Runnable {
  private static final List<Class<?>> COMMANDS =
      List.of(
          QuickstartCommand.class,
          DataCommand.class,
          CurateCommand.class,
          TokenizerCommand.class,
          TrainCommand.class,
          EncodeCommand.class,
          IndexCommand.class,
          SearchCommand.class,
          ServeCommand.class,
          EvalCommand.class,
          StudyCommand.class,
          SimilarityCommand.class,
          ExplainCommand.class,
          ExportCommand.class,
          ParityCommand.class,
          ImportCommand.class,
          ModelCommand.class,
          DoctorCommand.class);

  /** As picocli tells why a value was refused. */
  private static final Pattern CLASS_NAME = Pattern.compile("\\((?:\\w+\\.)+\\w+: ");

  private static final Pattern TYPE =
      Pattern.compile("(?:interface|class) (?:java|dev\\.filip)\\.(?:\\w+\\.)+(?=[A-Z])");

  @CommandLine.Spec private @Nullable CommandSpec spec;

  /** Runs one command and ends the process with its code. */
  public static void main(String[] arguments) {
    System.setProperty(NativeCache.TUNE, "true"); // this process is ours
    StandardOutput out = StandardOutput.install();
    int code = run(arguments);
    System.exit(code == 0 && out.lost() ? 1 : code);
  }

  /** Runs one command in this process. */
  public static int run(String... arguments) {
    CommandLine command = commandLine(List.of(arguments)::contains);
    try {
      return command.execute(arguments);
    } catch (Error e) { // picocli hands on exceptions only
      return failed(command, e);
    }
  }

  /** The whole command tree, with our error rules. */
  public static CommandLine commandLine() {
    return commandLine(_ -> true);
  }

  /**
   * The tree with its first branches, of which only those named are whole: building all options of
   * all commands takes longer than anything else at the start.
   *
   * @param whole which commands, by name; the others have their name and description only
   */
  static CommandLine commandLine(Predicate<String> whole) {
    CommandLine filip = new CommandLine(new Main());
    for (Class<?> type : COMMANDS) {
      Command command = type.getAnnotation(Command.class);
      filip.addSubcommand(
          command.name(), whole.test(command.name()) ? new CommandLine(type) : named(command));
    }
    return filip
        .setColorScheme(CommandLine.Help.defaultColorScheme(colours()))
        .setUsageHelpWidth(110)
        .setUsageHelpAutoWidth(false)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(wrongUse())
        .setExecutionExceptionHandler(failure());
  }

  @Override
  public void run() {
    if (spec != null) {
      spec.commandLine().usage(spec.commandLine().getOut());
    }
  }

  private static CommandLine named(Command command) {
    CommandSpec bare = CommandSpec.create().name(command.name());
    bare.usageMessage().description(command.description());
    return new CommandLine(bare);
  }

  private static Ansi colours() {
    boolean terminal = System.console() != null && System.console().isTerminal();
    return terminal && System.getenv("NO_COLOR") == null ? Ansi.ON : Ansi.OFF;
  }

  private static IParameterExceptionHandler wrongUse() {
    return (ParameterException e, String[] arguments) -> {
      CommandLine command = e.getCommandLine();
      PrintWriter err = command.getErr();
      err.println(
          "filip: "
              + oneLine(e)
              + " (see "
              + command.getCommandSpec().qualifiedName()
              + " --help)");
      return 2;
    };
  }

  private static IExecutionExceptionHandler failure() {
    return (Exception e, CommandLine command, CommandLine.ParseResult parsed) -> failed(command, e);
  }

  private static int failed(CommandLine command, Throwable e) {
    command.getErr().println("filip: " + oneLine(e));
    if (System.getenv("FILIP_TRACE") != null) {
      e.printStackTrace(command.getErr());
    }
    return isBadInput(e) ? 2 : 1;
  }

  private static boolean isBadInput(Throwable e) {
    return e instanceof BadInput
        || e instanceof NoSuchFileException
        || e instanceof InvalidPathException;
  }

  /** What happened, in one line: no stack, no C++ trace, no name of a class. */
  static String oneLine(Throwable thrown) {
    Throwable e = thrown;
    while ((e instanceof UncheckedIOException || e instanceof ExecutionException)
        && e.getCause() != null) {
      e = e.getCause();
    }
    String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return switch (e) {
      case NoSuchFileException missing -> missing.getFile() + " does not exist";
      case AccessDeniedException denied -> "no permission for " + denied.getFile();
      case FileSystemException system -> system.getFile() + ": " + Reasons.of(system);
      case IOException failed -> Reasons.of(failed);
      case InvalidPathException path ->
          '"' + path.getInput() + "\" can be no name of a file: " + path.getReason();
      case ParameterException _ ->
          TYPE.matcher(CLASS_NAME.matcher(message).replaceAll("(")).replaceAll("a ");
      case OutOfMemoryError _ ->
          "not enough memory (" + message + "): FILIP_JAVA_OPTS=-Xmx... gives more";
      case BadInput _, TrainingStopped _, DataStopped _, LostPeer _, IllegalStateException _ ->
          message;
      default -> "internal error: " + message + " (FILIP_TRACE=1 shows where)";
    };
  }
}
