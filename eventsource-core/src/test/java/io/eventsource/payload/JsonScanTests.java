package io.eventsource.payload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonScanTests {

    private static final String[] PARTS = {
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "\"",
        "\"a\"",
        "-",
        "-0",
        "0",
        "1",
        "9",
        ".",
        "e",
        "E",
        "+",
        "1e5",
        "1E-7",
        "true",
        "false",
        "null",
        "\\",
        "\\\\",
        "\\\"",
        "\\n",
        "\\u0000",
        "\\u0041",
        "\\ud83d",
        "\\ude00",
        "\ud83d",
        "\ude00",
        "é",
        " ",
        "u",
        "-0.0",
        "-0.5",
        "-12",
        "1e200000",
        "\"u0000\"",
        "\"1e5\"",
        "\"-0\""
    };

    @Test
    void what_is_plain_has_no_problem_and_the_usual_is_plain() {
        long seed = new Random().nextLong();
        System.out.println("JsonScanTests seed " + seed);
        Random random = new Random(seed);
        int plain = 0;
        for (int run = 0; run < 200_000; run++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(12); i >= 0; i--) {
                text.append(PARTS[random.nextInt(PARTS.length)]);
            }
            String json = text.toString();
            if (JsonScan.isPlain(json)) {
                plain++;
                JsonScan scan = new JsonScan(json);
                assertThat(scan.run()).as("seed %d: %s", seed, json).isNull();
                assertThat(scan.expansion()).as("seed %d: %s", seed, json).isZero();
            }
        }
        assertThat(plain).isGreaterThan(1_000);
        assertThat(JsonScan.isPlain("{\"name\":\"a \\\"b\\\" -0 1e5\",\"n\":-1.5,\"t\":[true,false,null]}"))
                .isTrue();
    }
}
