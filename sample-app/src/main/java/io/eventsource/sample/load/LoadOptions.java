package io.eventsource.sample.load;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What to play.
 *
 * @param url the service's address
 * @param customers how many customers order at once
 * @param orders how many orders to play in all, or null to go by time
 * @param duration how long to begin new orders, or null to go by number
 * @param seed shapes the orders: the same seed plays the same products, quantities and outcomes
 * @param patience how long a request is repeated while the service cannot be reached
 * @param acknowledged where to write down what the service acknowledged, or null
 */
public record LoadOptions(
        URI url,
        int customers,
        @Nullable Long orders,
        @Nullable Duration duration,
        long seed,
        Duration patience,
        @Nullable Path acknowledged) {

    /** How to call the load generator. */
    static final String USAGE =
            """
            Plays customers who order over HTTP.

              --url URL            the service (http://localhost:8080)
              --customers N        customers at once (8)
              --duration SECONDS   how long to begin new orders (30)
              --orders N           how many orders to play instead
              --seed N             shapes the orders (random)
              --patience SECONDS   how long to repeat a request while the service is away (60)
              --acknowledged FILE  one JSON line for each order: its id and its last acknowledged version""";

    private static final Duration DEFAULT_DURATION = Duration.ofSeconds(30);

    /**
     * Reads the command line.
     *
     * @param args names and values in turn, or joined by an equals sign
     * @return the options
     * @throws IllegalArgumentException when an argument is unknown or has a wrong value
     */
    public static LoadOptions parse(String... args) {
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < args.length; i++) {
            int equals = args[i].indexOf('=');
            if (equals < 0 && i + 1 == args.length) {
                throw new IllegalArgumentException(args[i] + " needs a value");
            }
            String name = equals < 0 ? args[i] : args[i].substring(0, equals);
            given.put(name, equals < 0 ? args[++i] : args[i].substring(equals + 1));
        }
        URI url = url(take(given, "--url", "http://localhost:8080"));
        int customers = (int) number("--customers", take(given, "--customers", "8"), 1, 1_000);
        String orders = given.remove("--orders");
        String duration = given.remove("--duration");
        long seed = number(
                "--seed",
                take(given, "--seed", Long.toString(ThreadLocalRandom.current().nextInt(1_000_000))),
                Long.MIN_VALUE,
                Long.MAX_VALUE);
        Duration patience = Duration.ofSeconds(number("--patience", take(given, "--patience", "60"), 0, 86_400));
        String acknowledged = given.remove("--acknowledged");
        if (!given.isEmpty()) {
            throw new IllegalArgumentException("Unknown options: " + String.join(", ", given.keySet()));
        }
        if (orders != null && duration != null) {
            throw new IllegalArgumentException("Give either --orders or --duration");
        }
        return new LoadOptions(
                url,
                customers,
                orders == null ? null : number("--orders", orders, 1, Long.MAX_VALUE),
                orders != null ? null : duration(duration),
                seed,
                patience,
                acknowledged == null ? null : Path.of(acknowledged));
    }

    private static String take(Map<String, String> given, String name, String unset) {
        String value = given.remove(name);
        return value == null ? unset : value;
    }

    private static Duration duration(@Nullable String seconds) {
        return seconds == null ? DEFAULT_DURATION : Duration.ofSeconds(number("--duration", seconds, 1, 604_800));
    }

    private static URI url(String value) {
        URI url = URI.create(value.endsWith("/") ? value.substring(0, value.length() - 1) : value);
        if (url.getHost() == null || !("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
            throw new IllegalArgumentException("--url must be like http://localhost:8080, but it is " + value);
        }
        return url;
    }

    private static long number(String name, String value, long min, long max) {
        try {
            long number = Long.parseLong(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException malformed) {
            throw new IllegalArgumentException(name + " must be a number, but it is " + value, malformed);
        }
        throw new IllegalArgumentException("%s must be from %d to %d, but it is %s".formatted(name, min, max, value));
    }
}
