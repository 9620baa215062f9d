package io.eventsource.sample;

import io.eventsource.sample.load.LoadGenerator;
import java.util.Arrays;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The order service; with {@code --load} as its first argument the load generator instead, without any of Spring. */
@SpringBootApplication
public class SampleApplication {

    private static final String LOAD = "--load";

    /**
     * Runs the service or the load generator.
     *
     * @param args Spring's arguments, or {@code --load} and the load generator's
     */
    public static void main(String[] args) {
        if (args.length > 0 && args[0].equals(LOAD)) {
            System.exit(LoadGenerator.main(Arrays.copyOfRange(args, 1, args.length), System.out));
        }
        SpringApplication.run(SampleApplication.class, args);
    }
}
