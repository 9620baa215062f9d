package io.eventsource.autoconfigure.compatibility;

import io.eventsource.autoconfigure.compatibility.JpaApplication.Note;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;

interface NoteRepository extends JpaRepository<Note, UUID> {}
