package io.eventsource.autoconfigure.evolution;

import io.eventsource.evolution.EventStoreVerification;
import io.eventsource.evolution.EventStoreVerification.DecodingFailure;
import io.eventsource.log.HighWaterMark;
import java.time.Duration;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;

/**
 * Decodes the whole store, logs what came of it, and ends the application: with exit code 0 when every event could be
 * decoded, otherwise with 1. Runs before the application's own runners, which thus never run.
 */
final class VerificationRunner implements ApplicationRunner, Ordered {

    private static final Logger log = LoggerFactory.getLogger(VerificationRunner.class);

    private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);

    private final EventStoreVerification verification;
    private final HighWaterMark highWaterMark;
    private final ConfigurableApplicationContext context;
    private final IntConsumer exit;
    private Duration nextLine = BETWEEN_LINES;

    VerificationRunner(
            EventStoreVerification verification,
            HighWaterMark highWaterMark,
            ConfigurableApplicationContext context,
            IntConsumer exit) {
        this.verification = verification;
        this.highWaterMark = highWaterMark;
        this.context = context;
        this.exit = exit;
    }

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    @Override
    public void run(ApplicationArguments arguments) {
        EventStoreVerification.Result result = verification.run(this::progress);
        if (highWaterMark.status().gapSince() != null) {
            log.warn(
                    "A transaction that is open holds the high-water mark at position {}: what lies behind was not verified",
                    result.upToPosition());
        }
        result.counts().forEach(each -> log.info("{}: {} events", each.revision(), each.count()));
        result.failures().forEach(VerificationRunner::describe);
        log.info(
                "Verified {} events up to position {} in {}: {}",
                result.events(),
                result.upToPosition(),
                result.elapsed(),
                result.successful() ? "all can be read" : "%d cannot be read".formatted(result.failedEvents()));
        int code = result.successful() ? 0 : 1;
        exit.accept(SpringApplication.exit(context, () -> code));
    }

    private static void describe(DecodingFailure failure) {
        log.error(
                "{}: {} events cannot be read ({}), the first at position {}: {}",
                failure.revision(),
                failure.count(),
                failure.cause(),
                failure.firstPosition(),
                failure.firstMessage());
    }

    private void progress(EventStoreVerification.Progress progress) {
        if (progress.elapsed().compareTo(nextLine) < 0) {
            return;
        }
        nextLine = progress.elapsed().plus(BETWEEN_LINES);
        log.info(
                "Verified {} events up to position {} of {}, {} failures, {} events/s, about {} s to go",
                progress.events(),
                progress.position(),
                progress.upToPosition(),
                progress.failures(),
                Math.round(progress.eventsPerSecond()),
                seconds(progress.remaining()));
    }

    private static String seconds(@Nullable Duration duration) {
        return duration == null ? "?" : Long.toString(duration.toSeconds());
    }
}
