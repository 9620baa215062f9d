package io.eventsource.sample.load;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sends commands until they are answered. Repeating is safe: a new order brings its id as the idempotency key, and every
 * later command the version that it builds on, which a first attempt that took effect has used up. Thread-safe.
 */
final class OrderClient {

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 1_000;

    private static final int PRECONDITION_FAILED = 412;
    private static final int BAD_GATEWAY = 502;
    private static final int SERVICE_UNAVAILABLE = 503;
    private static final int GATEWAY_TIMEOUT = 504;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final JsonMapper json = JsonMapper.builder().build();
    private final URI url;
    private final Duration patience;
    private final LoadMeter meter;

    OrderClient(URI url, Duration patience, LoadMeter meter) {
        this.url = url;
        this.patience = patience;
        this.meter = meter;
    }

    /** A command was refused, or its outcome stayed unknown. */
    static final class CommandFailedException extends Exception {

        private static final long serialVersionUID = 1L;

        CommandFailedException(String message) {
            super(message);
        }
    }

    /** A response, and whether requests before it may have taken effect without an answer. */
    private record Answer(HttpResponse<String> response, boolean outcomeWasUnknown) {}

    /** Creates an order; returns its version. */
    long create(UUID orderId, Map<String, ?> body) throws CommandFailedException, InterruptedException {
        HttpRequest request = post("/orders", body)
                .header("Idempotency-Key", orderId.toString())
                .build();
        Answer answer = send(request);
        int status = answer.response().statusCode();
        if (status == 200 && answer.outcomeWasUnknown()) {
            meter.repeated();
        } else if (status != 201) {
            throw refused("create", answer.response());
        }
        return json.readTree(answer.response().body()).path("version").asLong();
    }

    /** Sends a command on an order at a version; returns the next version, to which nothing but this command may lead. */
    long command(UUID orderId, long version, String name, Map<String, ?> body)
            throws CommandFailedException, InterruptedException {
        HttpRequest request = post("/orders/" + orderId + "/" + name, body)
                .header("If-Match", "\"" + version + "\"")
                .build();
        Answer answer = send(request);
        JsonNode content = json.readTree(answer.response().body());
        int status = answer.response().statusCode();
        if (status == 200 && content.path("version").asLong() == version + 1) {
            return version + 1;
        }
        // nobody else writes to this order: one version further is what the lost answer would have said
        if (status == PRECONDITION_FAILED
                && answer.outcomeWasUnknown()
                && content.path("actual").asLong() == version + 1) {
            meter.repeated();
            return version + 1;
        }
        throw refused(name, answer.response());
    }

    private HttpRequest.Builder post(String path, Map<String, ?> body) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .timeout(REQUEST_TIMEOUT)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json.writeValueAsString(body)));
    }

    private Answer send(HttpRequest request) throws CommandFailedException, InterruptedException {
        long giveUpAt = System.nanoTime() + patience.toNanos();
        long pause = FIRST_PAUSE_MILLIS;
        boolean outcomeUnknown = false;
        while (true) {
            String reason;
            long begun = System.nanoTime();
            try {
                HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
                if (!away(response.statusCode())) {
                    meter.answered(Duration.ofNanos(System.nanoTime() - begun));
                    return new Answer(response, outcomeUnknown);
                }
                reason = "status " + response.statusCode();
            } catch (IOException failure) {
                reason = failure.toString();
            }
            outcomeUnknown = true;
            if (System.nanoTime() - giveUpAt > 0) {
                throw new CommandFailedException("No answer for %d s: %s".formatted(patience.toSeconds(), reason));
            }
            meter.retried();
            Thread.sleep(pause);
            pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 2);
        }
    }

    private static boolean away(int status) {
        return status == BAD_GATEWAY || status == SERVICE_UNAVAILABLE || status == GATEWAY_TIMEOUT;
    }

    private static CommandFailedException refused(String command, HttpResponse<String> response) {
        return new CommandFailedException(
                "%s was answered with status %d: %s".formatted(command, response.statusCode(), response.body()));
    }
}
