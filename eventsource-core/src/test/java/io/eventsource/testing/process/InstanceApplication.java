package io.eventsource.testing.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * An application in a JVM of its own. It obeys lines on its input, ends in order when it is asked to by a signal, with the exit
 * code 0 if it finished in time and 1 if not, and at once when its input ends: whoever started it is dead then.
 */
public final class InstanceApplication {

    /** The exit code of one whose input has ended. */
    static final int ORPHANED = 3;

    private static final Logger log = LoggerFactory.getLogger(InstanceApplication.class);

    private final PrintStream lines;
    private final RunningInstance instance;

    private InstanceApplication(InstanceOptions options, PrintStream lines) {
        this.lines = lines;
        this.instance = new RunningInstance(options, this::say);
    }

    public static void main(String[] arguments) throws IOException {
        PrintStream lines = System.out;
        // whatever else wants to be printed must not stand between the lines
        System.setOut(System.err);
        InstanceOptions options = Message.JSON.readValue(arguments[0], InstanceOptions.class);
        InstanceApplication application = new InstanceApplication(options, lines);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> application.endInOrder(options), "end-in-order"));
        application.instance.start();
        application.say(new Message.Ready());
        application.obey();
    }

    /** Halts at its end, since the exit code of a signal would stand otherwise. */
    private void endInOrder(InstanceOptions options) {
        AtomicBoolean finished = new AtomicBoolean();
        try {
            finished.set(instance.shutDown(options.drainTimeout()));
        } finally {
            log.info("Ended in order: {}", finished);
            Runtime.getRuntime().halt(finished.get() ? 0 : 1);
        }
    }

    private void obey() throws IOException {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            log.info("> {}", line);
            if (Message.read(line) instanceof Message.Request request) {
                Thread thread = new Thread(() -> say(answer(request)), "command-" + request.id());
                thread.setDaemon(true);
                thread.start();
            }
        }
        Runtime.getRuntime().halt(ORPHANED);
    }

    private Message.Reply answer(Message.Request request) {
        try {
            JsonNode result = Message.JSON.valueToTree(request.command().run(instance));
            return new Message.Reply(request.id(), result, null);
        } catch (Exception failure) {
            StringWriter trace = new StringWriter();
            failure.printStackTrace(new PrintWriter(trace));
            return new Message.Reply(request.id(), null, trace.toString());
        }
    }

    private void say(Message message) {
        String line = message.line();
        log.info("< {}", line);
        synchronized (lines) {
            lines.println(line);
            lines.flush();
        }
    }
}
