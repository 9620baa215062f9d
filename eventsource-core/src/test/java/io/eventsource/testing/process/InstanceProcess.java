package io.eventsource.testing.process;

import io.eventsource.testing.process.InstanceOptions.ProjectionOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The test's end of an instance: commands, and what one does to a process. Thread-safe, but for freezing and thawing. What an
 * instance prints goes to its log.
 */
public final class InstanceProcess {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final InstanceOptions options;
    private final Process process;
    private final Path log;
    private final Writer input;
    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, CompletableFuture<Message.Reply>> waiting = new ConcurrentHashMap<>();
    private final CompletableFuture<Message> ready = new CompletableFuture<>();
    private final Map<String, CompletableFuture<Message.Held>> held;
    private @Nullable Freezer freezer;

    private InstanceProcess(InstanceOptions options, Process process, Path log) {
        this.options = options;
        this.process = process;
        this.log = log;
        this.input = process.outputWriter(StandardCharsets.UTF_8);
        this.held = new ConcurrentHashMap<>();
        Thread reader = new Thread(this::listen, "messages-of-" + options.name());
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts a process; returns at once. */
    static InstanceProcess launch(InstanceOptions options, Path log) {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-Xmx" + options.heapMiB() + "m",
                "-Dlogback.configurationFile=logback-instance.xml",
                "-cp",
                System.getProperty("java.class.path"),
                InstanceApplication.class.getName(),
                Message.JSON.writeValueAsString(options));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            return new InstanceProcess(options, process, log);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Returns when the instance is there; its subscriptions are not started. */
    public InstanceProcess ready() {
        Message unused = get(ready, "become ready", PATIENCE);
        return this;
    }

    private void listen() {
        try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                hear(Message.read(line));
            }
        } catch (IOException | RuntimeException failure) {
            fail(failure);
        }
        fail(new IOException("The instance %s has ended".formatted(options.name())));
    }

    private void hear(Message message) {
        if (message instanceof Message.Reply reply) {
            CompletableFuture<Message.Reply> future = waiting.remove(reply.id());
            if (future != null) {
                future.complete(reply);
            }
        } else if (message instanceof Message.Held at) {
            holding(at.projection()).complete(at);
        } else if (message instanceof Message.Ready) {
            ready.complete(message);
        }
    }

    private void fail(Exception failure) {
        ready.completeExceptionally(failure);
        waiting.values().forEach(each -> each.completeExceptionally(failure));
        held.values().forEach(each -> each.completeExceptionally(failure));
    }

    private CompletableFuture<Message.Held> holding(String projection) {
        return held.computeIfAbsent(projection, name -> new CompletableFuture<>());
    }

    /** Sends a command; the future ends with its result, or exceptionally if it fails or the instance ends. */
    public <R> CompletableFuture<R> send(Command<R> command) {
        long id = ids.incrementAndGet();
        CompletableFuture<Message.Reply> future = new CompletableFuture<>();
        waiting.put(id, future);
        try {
            synchronized (input) {
                input.write(new Message.Request(id, command).line() + "\n");
                input.flush();
            }
        } catch (IOException failure) {
            future.completeExceptionally(failure);
        }
        if (!process.isAlive()) {
            future.completeExceptionally(new IOException("The instance %s has ended".formatted(options.name())));
        }
        return future.thenApply(reply -> result(command, reply));
    }

    private <R> R result(Command<R> command, Message.Reply reply) {
        if (reply.failure() != null || reply.result() == null) {
            throw new IllegalStateException("%s failed in %s: %s".formatted(command, options.name(), reply.failure()));
        }
        return Message.JSON.treeToValue(reply.result(), command.answer());
    }

    /** Sends a command and waits for its result. */
    public <R> R ask(Command<R> command) {
        return get(send(command), command.toString(), PATIENCE);
    }

    private <R> R get(CompletableFuture<R> future, String what, Duration timeout) {
        try {
            return future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        } catch (ExecutionException | TimeoutException failure) {
            throw new AssertionError("%s did not %s; see %s".formatted(this, what, log), failure);
        }
    }

    /** Starts its subscriptions. */
    public InstanceProcess start() {
        Boolean unused = ask(new Command.Start());
        return this;
    }

    /** Lets a projection stop in the middle of a transaction, right after so many further effects. */
    public void hold(String projection, int effects) {
        held.put(projection, new CompletableFuture<>());
        Boolean unused = ask(new Command.Hold(projection, effects));
    }

    /** Waits until a projection is held; returns behind the effect of which position. */
    public long awaitHeld(String projection) {
        return get(holding(projection), "come to be held in " + projection, PATIENCE)
                .position();
    }

    public void release(String projection) {
        Boolean unused = ask(new Command.Release(projection));
    }

    /** Lets each further effect take so long, in all projections. */
    public void delay(Duration duration) {
        for (ProjectionOptions each : options.projections()) {
            Boolean unused = ask(new Command.Delay(each.name(), duration));
        }
    }

    public Command.Status status(String projection) {
        return ask(new Command.AskStatus(projection));
    }

    /** Waits until a projection has passed what is committed now. */
    public boolean awaitCurrent(String projection, Duration timeout) {
        return get(
                send(new Command.AwaitCurrent(projection, timeout)),
                "become current in " + projection,
                timeout.plus(PATIENCE));
    }

    /** What {@code kill -9} does; returns when it is dead. */
    public void kill() {
        process.destroyForcibly();
        int unused = awaitExit(PATIENCE);
    }

    /** What {@code kill} does, and what a platform does that stops an application; returns at once. */
    public void terminate() {
        // by its handle: Process.destroy closes its input too
        if (!process.toHandle().destroy()) {
            throw new IllegalStateException(this + " cannot be asked to end");
        }
    }

    /** Waits for the end of the process; returns its exit code. */
    public int awaitExit(Duration timeout) {
        try {
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("%s did not end within %s; see %s".formatted(this, timeout, log));
            }
            return process.exitValue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** Stops all its threads, as SIGSTOP does; returns when they stand. */
    public void freeze() {
        freezer = Freezer.freeze(process.pid());
    }

    /** Lets a frozen process go on. */
    public void thaw() {
        if (freezer == null) {
            throw new IllegalStateException(this + " is not frozen");
        }
        freezer.thaw();
        freezer = null;
    }

    /** Lets go of it as the end of this JVM would: its input ends, and if it is frozen, so does the input of its freezer. */
    void abandon() {
        if (freezer != null) {
            freezer.close();
            freezer = null;
        }
        try {
            input.close();
        } catch (IOException dead) {
            // it has ended before
        }
    }

    public boolean alive() {
        return process.isAlive();
    }

    public String name() {
        return options.name();
    }

    public long pid() {
        return process.pid();
    }

    Path log() {
        return log;
    }

    @Override
    public String toString() {
        return "%s (process %d)".formatted(options.name(), process.pid());
    }
}
