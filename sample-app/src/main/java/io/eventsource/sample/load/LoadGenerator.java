package io.eventsource.sample.load;

import io.eventsource.sample.load.LoadMeter.Reading;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Plays customers against a running service. It goes on while the service restarts, repeating what was not answered
 * without doing anything twice.
 */
public final class LoadGenerator {

    /** After so many, further complaints would only hide the progress. */
    private static final int COMPLAINTS_SHOWN = 10;

    private final LoadOptions options;
    private final PrintStream out;
    private final LoadMeter meter = new LoadMeter();
    private final AtomicLong ordersBegun = new AtomicLong();
    private final AtomicLong complaints = new AtomicLong();

    /**
     * Creates a load generator. Nothing is sent.
     *
     * @param options what to play
     * @param out where progress and summary go
     */
    public LoadGenerator(LoadOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    /**
     * Runs from the command line.
     *
     * @param args see {@code --help}
     * @param out where progress and summary go
     * @return the exit code: 0 when everything was acknowledged, 1 when something failed, 2 for wrong arguments
     */
    public static int main(String[] args, PrintStream out) {
        if (args.length > 0 && args[0].equals("--help")) {
            out.println(LoadOptions.USAGE);
            return 0;
        }
        LoadOptions options;
        try {
            options = LoadOptions.parse(args);
        } catch (IllegalArgumentException wrong) {
            out.println(wrong.getMessage());
            out.println(LoadOptions.USAGE);
            return 2;
        }
        try {
            return new LoadGenerator(options, out).run().errors() == 0 ? 0 : 1;
        } catch (IOException failure) {
            out.println("The acknowledged orders cannot be written: " + failure);
            return 1;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    /**
     * Plays to the end.
     *
     * @return what came of it
     * @throws IOException when the acknowledged orders cannot be written
     * @throws InterruptedException when the calling thread is interrupted; the customers stop too
     */
    public LoadReport run() throws IOException, InterruptedException {
        out.printf("%d customers order at %s, seed %d%n", options.customers(), options.url(), options.seed());
        long begun = System.nanoTime();
        try (AcknowledgedOrders acknowledged = new AcknowledgedOrders(options.acknowledged())) {
            CountDownLatch done = new CountDownLatch(options.customers());
            List<Thread> customers = start(acknowledged, done, anotherOrder(begun));
            try {
                while (!done.await(1, TimeUnit.SECONDS)) {
                    Duration elapsed = since(begun);
                    Reading reading = meter.look();
                    out.println(ProgressLine.of(elapsed, reading, remaining(elapsed, reading)));
                }
            } finally {
                customers.forEach(Thread::interrupt);
                done.await();
            }
        }
        LoadReport report = LoadReport.of(since(begun), meter.total());
        out.println(report.summary());
        return report;
    }

    private List<Thread> start(AcknowledgedOrders acknowledged, CountDownLatch done, BooleanSupplier another) {
        OrderClient client = new OrderClient(options.url(), options.patience(), meter);
        List<Thread> threads = new ArrayList<>();
        for (int i = 1; i <= options.customers(); i++) {
            String name = "customer-%04d".formatted(i);
            Customer customer = new Customer(
                    name, new Random(options.seed() * 31 + i), client, another, acknowledged, meter, this::complain);
            Thread thread = new Thread(
                    () -> {
                        try {
                            customer.run();
                        } finally {
                            done.countDown();
                        }
                    },
                    name);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
        return threads;
    }

    private BooleanSupplier anotherOrder(long begun) {
        Long orders = options.orders();
        Duration duration = options.duration();
        return () -> (orders == null || ordersBegun.getAndIncrement() < orders)
                && (duration == null || since(begun).compareTo(duration) < 0);
    }

    private @Nullable Duration remaining(Duration elapsed, Reading reading) {
        Duration duration = options.duration();
        if (duration != null) {
            Duration left = duration.minus(elapsed);
            return left.isNegative() ? Duration.ZERO : left;
        }
        Long orders = options.orders();
        if (orders == null || reading.orders() == 0) {
            return null;
        }
        double perOrder = (double) elapsed.toMillis() / reading.orders();
        return Duration.ofMillis((long) (perOrder * Math.max(0, orders - reading.orders())));
    }

    private void complain(@Nullable String complaint) {
        if (complaints.incrementAndGet() <= COMPLAINTS_SHOWN) {
            out.println(complaint);
        }
    }

    private static Duration since(long nanoTime) {
        return Duration.ofNanos(System.nanoTime() - nanoTime);
    }
}
