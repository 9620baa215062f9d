package io.eventsource.evolution;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.event.EventRevision;
import io.eventsource.evolution.EventSurvey.RevisionCount;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

@OnEachPostgres
class EventSurveyIT {

    private static final EventRevision UNKNOWN = new EventRevision("type-7", 1);

    private final TestDatabase database;
    private final EventSurvey survey;

    EventSurveyIT(TestDatabase database) {
        this.database = database;
        this.survey = new EventSurvey(database.dataSource(), TestDatabase.SCHEMA, Accounts.today());
    }

    @AfterEach
    void empty() {
        database.transaction().executeWithoutResult(status -> {
            database.jdbc().execute("ALTER TABLE eventsource.events DISABLE TRIGGER USER");
            database.jdbc().execute("TRUNCATE eventsource.events");
            database.jdbc().execute("ALTER TABLE eventsource.events ENABLE TRIGGER USER");
        });
    }

    /** Events of types that the expression chooses, in a store that gets as large as it has to be. */
    private void fill(int count, String type, String revision) {
        database.jdbc()
                .update(
                        """
                        INSERT INTO eventsource.events (event_id, append_id, aggregate_id, aggregate_type, version,
                                                        event_type, revision, bucket, "timestamp", payload)
                        SELECT ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid, '00000000-0000-0000-0000-000000000000',
                               ('00000000-0000-0000-0000-' || lpad((i / 100)::text, 12, '0'))::uuid, 'account', i %% 100 + 1,
                               %s, %s, 0, now(), '{"owner": "ada", "text": "of a usual length, so that the table has as many pages as one of real events"}'
                          FROM generate_series(1, ?) AS i"""
                                .formatted(type, revision),
                        count);
    }

    @Test
    void a_million_events_of_twenty_types_are_sampled_and_the_survey_says_so() {
        fill(1_000_000, "'type-' || i % 20", "CASE WHEN i = 1000000 THEN 2 ELSE 1 END");
        long begin = System.nanoTime();

        EventSurvey.Result sampled = survey.sampled();

        long sampledMillis = (System.nanoTime() - begin) / 1_000_000;
        EventSurvey.Result full = survey.full();
        long fullMillis = (System.nanoTime() - begin) / 1_000_000 - sampledMillis;
        Logger.getLogger(EventSurveyIT.class.getName())
                .info("%s, 1,000,000 events: sampled in %d ms, counted in %d ms"
                        .formatted(database, sampledMillis, fullMillis));
        assertThat(sampled.estimated()).isTrue();
        assertThat(sampled.basis()).contains("estimated").contains("4,000 of").contains("oldest and newest");
        assertThat(sampled.unreadable()).hasSize(21);
        assertThat(count(sampled, UNKNOWN)).isBetween(40_000L, 60_000L);
        // alone at the end of the log, where a newer deployment writes
        assertThat(count(sampled, new EventRevision("type-0", 2))).isPositive();
        assertThat(full.estimated()).isFalse();
        assertThat(full.basis()).contains("all 1,000,000 events");
        assertThat(count(full, UNKNOWN)).isEqualTo(50_000);
        assertThat(full.describe()).contains("'type-7' revision 1 50,000 times");
        assertThat(sampled.describe()).contains("'type-7' revision 1 about ");
    }

    @Test
    void a_small_store_is_counted_whole_and_only_what_has_no_way_to_a_class_is_listed() {
        fill(90, "CASE i % 3 WHEN 0 THEN 'opened' WHEN 1 THEN 'shut' ELSE 'nowhere' END", "i % 3 + 1");

        EventSurvey.Result result = survey.sampled();

        assertThat(result.estimated()).isFalse();
        assertThat(result.found())
                .containsExactly(
                        new RevisionCount(new EventRevision("nowhere", 3), 30),
                        new RevisionCount(new EventRevision("opened", 1), 30),
                        new RevisionCount(new EventRevision("shut", 2), 30));
        assertThat(result.unreadable())
                .containsExactly(
                        new RevisionCount(new EventRevision("nowhere", 3), 30),
                        new RevisionCount(new EventRevision("shut", 2), 30));
        assertThat(result).isEqualTo(survey.full());
    }

    @Test
    void an_empty_store_can_be_read() {
        assertThat(survey.sampled().unreadable()).isEmpty();
        assertThat(survey.full().describe()).contains("can be read").contains("all 0 events");
    }

    private static long count(EventSurvey.Result result, EventRevision revision) {
        return result.unreadable().stream()
                .filter(each -> each.revision().equals(revision))
                .mapToLong(RevisionCount::count)
                .sum();
    }

    @Test
    void a_full_survey_takes_as_long_as_it_needs_whatever_the_limit_of_the_connections() {
        fill(1, "'type-7'", "1");
        database.jdbc().execute("CREATE SCHEMA slow");
        database.jdbc()
                .execute(
                        "CREATE VIEW slow.events AS SELECT e.event_type, e.revision FROM eventsource.events AS e, pg_sleep(0.7)");
        try (Connection limited = database.connect()) {
            TestDatabase.on(limited).execute("SET statement_timeout = '500ms'");
            DataSource dataSource = new SingleConnectionDataSource(limited, true);

            EventSurvey.Result full =
                    new EventSurvey(dataSource, new EventSourceSchema("slow"), Accounts.today()).full();

            assertThat(full.found()).hasSize(1);
            assertThat(TestDatabase.on(limited).queryForObject("SHOW statement_timeout", String.class))
                    .isEqualTo("500ms");
        } catch (SQLException failure) {
            throw new IllegalStateException(failure);
        } finally {
            database.jdbc().execute("DROP SCHEMA slow CASCADE");
        }
    }
}
