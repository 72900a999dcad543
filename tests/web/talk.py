"""A post and fifty comments as professionals write them: no two alike, so that their compressed size means something."""

# ruff: noqa: E501 (a comment is a line)

BODY = """\
Every hospital has a document that nobody reads and everybody signs. Ours was the hand-off sheet: four pages, eleven
signatures, and a box for remarks in which the same three words had been written for as long as anyone could remember.

Last spring the night team stopped filling it in. They did not announce it. They bought a pad of yellow paper, wrote
down the two things they would want to be told if they came back after a week away, and read them aloud at the door.
It took ninety seconds. By June the day team had a pad as well, and the four pages went to the archive unread.

> If it cannot be said standing up, it is not a hand-off. It is a file.

I have been asked what the lesson is, and I am wary of lessons. What I can offer is what we saw happen:

1. People said less, and more of it was heard.
2. Questions came at once, not at three in the morning.
3. The form's owner was relieved, having inherited it herself.

The pad has its limits. It does not travel with a transfer, it cannot be audited, and a consultant on the fourth floor
still asks for the sheet because that is where she looks first. We print one for her. She has earned it.

What I would ask of readers is modest. Before you redesign a form, stand where it is handed over and listen. Count what
is spoken and what is only ticked. Then take away one box and see who notices. Nobody missed the eleventh signature, or
the tenth. The ninth turned out to matter to pharmacy, and we put it back with an apology and a cake.

There is a cost to this that I have not seen discussed. Paper which everybody signs spreads the blame thinly, and people
who feel exposed do not give it up for a pad. So we began with a promise from the medical director, in writing, that a
note read aloud counts as a note. Without that letter I doubt we would have lasted a fortnight."""

COMMENTS = [
    ("Helen Okafor", "Charge Nurse, RN", "Tulsa OK", "We did the same on a step-down unit, with index cards. The surprise was how quickly float staff took to it: nobody had to be shown where anything was."),
    ("Tomasz Wilk", "Clinical Pharmacist", "Leeds", "Thank you for putting the ninth signature back. Half of what I catch before discharge begins with somebody having initialled that the list was read against the cupboard and not against memory."),
    ("Ruth Abernathy", "Medical Director", "Dayton OH", "The letter is the part my peers will skip. I wrote one, our counsel rewrote it twice, and what survived fits on a postcard. It still hangs in the staff room."),
    ("Marguerite Doyle", "Midwife", "Galway", "In maternity the door is the wrong place. Partners listen, and rightly so. We moved it to the bedside and made the mother the one who corrects us."),
    ("Sanjay Pillai", "Hospitalist, MD", "Fresno CA", "Ninety seconds sounds generous until there are twenty-two patients. How many did the night team carry?"),
    ("Ingrid Solberg", "Ward Manager", "Bergen", "Twenty-two is an argument for fewer patients, not for longer forms. I have counted on my own ward: above sixteen, nobody can say what was said about the first four."),
    ("Denise Fontaine", "Risk Manager", "Baton Rouge LA", "I was ready to disagree and then reached the paragraph on blame. Please say more about what happens when something goes wrong and the yellow page has been thrown away."),
    ("Paul Achterberg", "Health Informatics Lead", "Utrecht", "A photograph of the pad, kept for a month, would answer the auditors. It would also bring back every problem that the pad solved, because people write differently for a camera."),
    ("Lucille Grant", "Retired Matron", "Inverness", "In 1974 we had a slate. It was wiped at seven and at seven, and Sister knew what had been on it."),
    ("Omar Haddad", "Emergency Physician", "Dearborn MI", "Our department tried to copy this from a conference slide and failed. Looking back, we took the ninety seconds and left out the listening."),
    ("Bettina Krause", "Quality Officer", "Kassel", "Which of the eleven were required by your accreditor? I found that three of ours were required by nobody, although each office believed that another had asked for them."),
    ("Craig Lindqvist", "Managing Director", "Duluth MN", "From the business side: the archive for those four pages cost us eighteen thousand a year in storage alone. Nobody had ever put the two numbers on one page."),
    ("Amara Nwosu", "Resident, PGY-2", "Houston TX", "As the person who fills in forms at three in the morning, I would like this framed."),
    ("Geoffrey Tan", "Anaesthetist", "Penang", "Theatre already has a checklist that is read aloud, and it survived because the surgeon has to stop. What made your consultants stop at the door?"),
    ("Sheila Rourke", "Bed Manager", "Cork", "I only hear the outcome, in the number of calls after midnight. Ours fell by a third in the month when a neighbouring ward began something of this kind, and I had wondered why."),
    ("Nikhil Banerjee", "Nephrologist", "Kolkata", "Dialysis is a place where the same people meet three times a week for years. The danger there is the reverse: so much is known that nothing is said. A pad might force it."),
    ("Carol Whitfield", "Compliance Analyst", "Topeka KS", "Careful with “a note read aloud counts as a note”. In our state the record must be retrievable for ten years, and I would not want a colleague to learn that from a lawyer."),
    ("Yusuf Demir", "Physiotherapist", "Izmir", "Therapists are told last, if at all. Could the pad have a line for who gets out of bed today and who must not?"),
    ("Joanna Fairweather", "Palliative Care Nurse", "Truro", "Two things one would want to know after a week away: that is the best definition of relevance I have read in this field. We shall borrow it for family meetings."),
    ("Leo Marchetti", "Chief Operating Officer", "Providence RI", "My question is about spread. One ward with a good leader can do nearly anything. What did the fifth ward look like, the one that did not want to?"),
    ("Hannah Weiss", "Patient Safety Fellow", "Basel", "There is decent evidence for structured tools, and it would be a pity if readers concluded that structure is the enemy. Your two questions are a structure, only a short one."),
    ("Desmond Clarke", "Paramedic", "Kingston", "We hand over to strangers, on a trolley, with the doors open. Short is all there is. What helps is being asked one question back, so that I know it landed."),
    ("Patricia Muñoz", "Infection Control Nurse", "El Paso TX", "Isolation status belongs on it, always, even when it is obvious from the gown outside the room. Twice this year it was obvious to everybody but the transport team."),
    ("Stefan Ilić", "IT Service Manager", "Novi Sad", "Before anyone asks for an app: we built one, it was very pretty, and the nurses printed its screen and wrote on the back."),
    ("Miriam Adeyemi", "Paediatric Nurse", "Ibadan", "With children the mother is the continuous record. I ask her first what she was promised yesterday, and only then do I look at any paper."),
    ("Walter Brandt", "Surgeon, FACS", "Omaha NE", "I am the consultant on the fourth floor, or her twin. The sheet is where my eye goes. I shall try the pad for a week and report here honestly."),
    ("Fiona Gallagher", "Community Nurse", "Derry", "Please do report back, Mr Brandt. District teams receive whatever is left after all of you have finished shortening it."),
    ("Arjun Mehta", "Health Economist", "Pune", "Ninety seconds times two shifts times the headcount of a ward comes to around five hours a week. I suspect that the form took longer, but did you measure it before it went?"),
    ("Colleen Baptiste", "Nurse Educator", "Port of Spain", "Students learn the form because the form can be examined. I now let them listen to ten hand-offs and write down what was missing. Their essays are better than my slides were."),
    ("Viktor Hallgren", "Psychiatrist", "Uppsala", "On our unit the remark that matters is often a mood and not a fact. “She was quieter than she let on” would never fit a box, and it has prevented harm more than once."),
    ("Elaine Prosser", "Records Manager", "Swansea", "As the owner of several forms that I inherited, may I confirm the relief. Somebody only has to ask us what would break."),
    ("Mohammed Rahmani", "Intensive Care Registrar", "Bradford", "Critical care needs numbers, and numbers read aloud are misheard: fifteen and fifty above all. We say the digits one by one, as pilots do."),
    ("Grace Lindenmayer", "Social Worker, LCSW", "Boise ID", "Nobody has mentioned the family that waits for a call. One line, “who is expecting to hear from us”, would have spared me some of the worst mornings of my career."),
    ("Hugo Bastos", "General Practitioner", "Braga", "What leaves the hospital is still four pages, and I read the last paragraph of it. Perhaps the pad could be posted to me instead."),
    ("Anneke de Wit", "Ombudswoman", "Ghent", "Complaints seldom concern what was done. They concern what one shift promised and the next did not know. I would gladly see promises as one of the two things."),
    ("Terrence Boyd", "Respiratory Therapist", "Mobile AL", "Equipment checks were one of our eleven. They moved to the machine itself, with a tag, and stopped being a matter of belief."),
    ("Kirsten Møller", "Chief Nurse", "Aarhus", "A promise in writing is worth little if the first person to rely on it is left alone in the inquiry. Ours was tested in its second month. It held, and from then on people believed it."),
    ("Rosalind Pike", "Volunteer Coordinator", "Exeter", "My volunteers see more than they are asked about. One of them started leaving a note for the morning team and was thanked by name, which I think did more good than the note."),
    ("Dmitri Karas", "Radiographer", "Thessaloniki", "When the patient comes down to us, the pad stays upstairs. Is there a version for a journey of forty minutes?"),
    ("Beatrice Langford", "Hospital Chaplain", "Durham NC", "I stand at a good many doors. A team that reads aloud also hears itself, and unkind shorthand disappears within days."),
    ("Samuel Oyelaran", "Laboratory Scientist", "Abuja", "Pending results are what fall between shifts. Write the time at which somebody should begin to worry, rather than the time at which the sample was sent."),
    ("Nadia Petrenko", "Oncology Nurse Specialist", "Lviv", "We worked by torchlight for parts of two winters. Everything that could not be said in a minute proved not to be necessary, and I have not gone back."),
    ("Ian Cuthbertson", "Non-executive Director", "Perth", "Boards love a dashboard on hand-off completion. Ours stood at ninety-nine per cent throughout the worst year that we had. I would sooner visit a ward at seven."),
    ("Marisol Vega", "Interpreter", "San Antonio TX", "If the hand-over is spoken, please decide in which language the patient may follow it. I can be at the bedside by seven if I am asked the day before."),
    ("Clement Dubois", "Geriatrician", "Lyon", "For the very old, what they could do last month is the only baseline worth having, and it is what no form of ours ever held. It takes four seconds to say."),
    ("Judith Harkness", "Legal Nurse Consultant", "Albany NY", "Having read more charts than I care to remember: juries do not punish brevity. They punish eleven signatures under a page that was plainly never read."),
    ("Emeka Obi", "Medical Student", "Enugu", "May I ask a beginner's question? Who decides what the two things are when the nurse and the physician do not agree?"),
    ("Laura Steinfeld", "Staff Nurse", "Rochester NY", "To Emeka: whoever will have to answer the bell at night. It settles nearly all disputes, and the remaining ones are worth having in daylight."),
    ("Priya Raman", "Transplant Coordinator", "Chennai", "We cannot drop a signature, since regulators count them. What we could do was to move all of them to one moment, and read out loud what they stand for before the pen comes out."),
    ("Alastair Munro", "Author of a form", "Stirling", "I designed a sheet very like this one in 1998, for a ward of twelve with one consultant. I am sorry. It was meant to last until the summer."),
]  # fmt: skip
