"""The vocabularies: every enumeration of the product, each value defined once.

OpenAPI, validation, `/v1/vocabularies` and the documentation take their values and definitions from here.

Where the names are from: event types, their modes, contexts and the four quads are the codes of PLOVER
(codebook of February 2024), written in lower case; sectors are the codes that PLOVER took over from CAMEO.
The rest is our own. PLOVER's codebook is under a share-alike licence: only its codes are used. Every
definition here is written anew, as a fragment in lower case without a final period.

Coding habits, where two types could claim the same act:

- an invitation, or a meeting agreed for later, is `agree`; `consult` is for talks that take place
- an announced withdrawal is `concede`; one that takes place is `retreat`
- ships and aircraft sent are `mobilize` with mode `weapons`
- a delivery of arms to an ally is `aid`
- whether an act took place, is planned or is denied is its modality, never its type

The quad of an event follows from its type (`QUAD_OF`), and so do the modes that it may have (`MODES_OF`).
"""

from collections.abc import Mapping
from types import MappingProxyType

from schemas.base import Term


class FactKind(Term):
    """The kind of a fact, which decides the fields it has besides those that every fact has."""

    EVENT = "event", "something reported to have happened, to be under way, planned or possible, or denied"
    PROPOSAL = "proposal", "something that an actor offers, demands or stands ready to do"
    STATEMENT = "statement", "something that somebody said, quoted word for word or reported indirectly"


class EventType(Term):
    """What is done in an event: the sixteen event types of PLOVER, from cooperation to conflict."""

    AGREE = (
        "agree",
        (
            "promise, offer or accept a future act or arrangement; an invitation or a meeting "
            "agreed for later is coded here"
        ),
    )
    CONSULT = (
        "consult",
        ("meet, visit, negotiate, mediate or talk at a distance; the talks themselves, not the plan to hold them"),
    )
    SUPPORT = (
        "support",
        ("back another party by words or diplomacy: praise, defend, recognize, open ties, sign or ratify a treaty"),
    )
    CONCEDE = (
        "concede",
        (
            "give way in words: apologize, pardon, lift a restriction, promise to yield; an "
            "announced withdrawal is coded here"
        ),
    )
    COOPERATE = (
        "cooperate",
        "act together to the benefit of both sides: trade, joint exercises, extradition, shared intelligence",
    )
    AID = (
        "aid",
        (
            "give help that mainly benefits the receiver: money, relief, training, asylum; a "
            "delivery of arms to an ally is coded here"
        ),
    )
    RETREAT = (
        "retreat",
        ("give way in deeds: pull out, free captives, lay down arms, cease fire, let observers in, leave office"),
    )
    REQUEST = "request", "ask, appeal, demand or order that another party do, give or stop something"
    REJECT = "reject", "turn down a request, demand, offer or plan, or openly defy a rule"
    ACCUSE = "accuse", "criticize, blame, allege wrongdoing, complain formally, sue or investigate"
    THREATEN = "threaten", "warn another party of force, penalties or other harm to come, ultimatums included"
    PROTEST = "protest", "show dissent in public, usually as citizens: march, strike, boycott, block, riot"
    SANCTION = (
        "sanction",
        (
            "cut back or end normal relations: expel diplomats, walk out of talks, stop aid or "
            "trade, find guilty in court"
        ),
    )
    MOBILIZE = (
        "mobilize",
        (
            "ready or move troops, weapons or police without using force; ships and aircraft sent "
            "are coded here, with mode weapons"
        ),
    )
    COERCE = (
        "coerce",
        ("impose control without physical attack: seize, restrict, censor, arrest, deport, cut off supplies, hack"),
    )
    ASSAULT = (
        "assault",
        "use physical force to hurt or kill people or to destroy property, from a beating to an air strike",
    )


class Mode(Term):
    """How an event is done, within its type: each type has modes of its own, and some have none."""

    VISIT = "visit", "one side travels to the other: the visitor is the actor, the other side the host"
    THIRD_PARTY = "third_party", "talks hosted or mediated by a party that is not one of the sides"
    MULTILATERAL = "multilateral", "talks among several parties, such as a summit or a session of an alliance"
    PHONE = "phone", "talks at a distance: by telephone, by video or in writing"
    WITHDRAW = (
        "withdraw",
        (
            "under retreat, forces leave an area; under sanction, an actor quits a body or talks, "
            "or recalls its diplomats or staff"
        ),
    )
    RELEASE = "release", "prisoners, hostages or detainees are let go, or seized goods handed back"
    DISARM = "disarm", "weapons are given up, put out of use or destroyed, or fighters are demobilized"
    CEASEFIRE = "ceasefire", "fighting is stopped or paused under a truce"
    ACCESS = "access", "observers, peacekeepers or relief workers are let in"
    RESIGN = "resign", "an official or a government gives up office"
    ASSIST = (
        "assist",
        "help, cooperation or support of any kind: asked for under request, refused under reject",
    )
    CHANGE = (
        "change",
        ("a change of policy, leadership, rights or institutions: called for under request, refused under reject"),
    )
    YIELD = (
        "yield",
        (
            "a concession, such as freeing prisoners, lifting sanctions or ending a fight: "
            "demanded under request, refused under reject"
        ),
    )
    MEET = "meet", "talks, mediation or a settlement: called for under request, refused under reject"
    DISAPPROVE = (
        "disapprove",
        "criticism, condemnation or complaint, without a claim that a particular offense was committed",
    )
    INVESTIGATE = "investigate", "an inquiry into suspected wrongdoing, opened or carried on"
    ALLEGE = (
        "allege",
        "a claim that somebody committed a particular offense or wrong, made in public or brought to court",
    )
    RESTRICT = (
        "restrict",
        (
            "limits on movement, trade or freedoms, such as a blockade or a ban: held out under "
            "threaten, imposed under coerce"
        ),
    )
    ARREST = (
        "arrest",
        ("arrest, detention or imprisonment: held out under threaten, carried out or charges brought under coerce"),
    )
    RELATIONS = "relations", "a threat to suspend or cut ties, talks, aid or cooperation"
    EXPEL = (
        "expel",
        (
            "diplomats, staff or members are put out of a country or body: held out under "
            "threaten, carried out under sanction"
        ),
    )
    TERRITORY = "territory", "a threat to occupy, annex or otherwise take control of land"
    VIOLENCE = "violence", "a threat to use armed or other physical force"
    DEMO = "demo", "a march, rally or other largely peaceful gathering"
    RIOT = "riot", "a violent crowd that attacks people or property"
    STRIKE = "strike", "workers or others stop work to press a demand"
    HUNGER = "hunger", "refusal of food as a protest"
    BOYCOTT = "boycott", "refusal to buy, attend, take part or deal with somebody as a protest"
    OBSTRUCT = "obstruct", "roads, buildings or passages are blocked as a protest"
    VANDALIZE = "vandalize", "property is defaced or damaged as a protest"
    CONVICT = "convict", "a court finds somebody guilty or liable"
    DISCONTINUE = "discontinue", "ties, trade, aid or talks are reduced, suspended, called off or ended"
    TROOPS = "troops", "soldiers or units are called up, put on alert, moved or exercised"
    WEAPONS = "weapons", "weapons, ships or aircraft are sent, positioned, tested or put on alert"
    POLICE = "police", "police or other security forces are called up, put on alert or deployed"
    MILITIA = "militia", "irregular armed groups are raised, armed or deployed"
    SEIZE = "seize", "property, vessels or land are taken or occupied"
    CENSOR = "censor", "publications, broadcasts, websites or speech are blocked or banned"
    CURFEW = "curfew", "people are ordered off the streets at set hours"
    MARTIAL_LAW = "martial_law", "a state of emergency or military rule is imposed"
    DEPORT = "deport", "individuals are forced to leave a country"
    WITHHOLD = (
        "withhold",
        "goods or services that people depend on, such as food, power or internet access, are cut off",
    )
    MISINFORMATION = "misinformation", "false or misleading information is spread on purpose"
    CYBER = "cyber", "computers or networks are broken into, disrupted or damaged"
    ABDUCT = "abduct", "people are kidnapped or taken hostage, or a vehicle is hijacked"
    BEAT = "beat", "people are hit or otherwise attacked with bare hands"
    TORTURE = "torture", "severe pain is inflicted on somebody held captive"
    SEXUAL = "sexual", "rape or other sexual violence"
    TARGETED = "targeted", "a particular person is singled out to be killed, as in an assassination"
    DESTROY = "destroy", "buildings, equipment or other property are wrecked"
    PRIMITIVE = "primitive", "an attack with knives, clubs, stones, fire or other simple means"
    FIREARMS = "firearms", "an attack with guns that one person can carry and fire"
    EXPLOSIVES = (
        "explosives",
        "an attack with bombs, mines or grenades, other than from aircraft or heavy weapons",
    )
    SUICIDE_ATTACK = "suicide_attack", "an attack in which the attacker means to die"
    AERIAL = "aerial", "an attack from aircraft other than drones"
    DRONE = "drone", "an attack by uncrewed aircraft or vessels"
    HEAVY_WEAPONS = (
        "heavy_weapons",
        "an attack with artillery, tanks, rockets, missiles or other arms that need a crew",
    )
    CROWD_CONTROL = (
        "crowd_control",
        "force used against a crowd, such as tear gas, water cannon or rubber bullets",
    )
    UNCONVENTIONAL = "unconventional", "an attack with chemical, biological, radiological or nuclear weapons"


class Quad(Term):
    """The four groups that event types fall into: cooperation or conflict, in words or in deeds."""

    VERBAL_COOPERATION = (
        "verbal_cooperation",
        "friendly words: agreements, talks, endorsements, concessions announced",
    )
    MATERIAL_COOPERATION = "material_cooperation", "friendly deeds: joint work, help given, steps back taken"
    VERBAL_CONFLICT = "verbal_conflict", "hostile words: demands, refusals, accusations, threats"
    MATERIAL_CONFLICT = (
        "material_conflict",
        "hostile deeds: protests, ties cut, forces moved, pressure applied, violence",
    )


class Context(Term):
    """The subjects that an event touches on; an event may have any number of them."""

    MILITARY = "military", "armed forces, defense, arms and military help"
    INTELLIGENCE = "intelligence", "spying, and secret information gathered or shared"
    EXECUTIVE = "executive", "heads of state and government, ministries and their policies"
    LEGISLATIVE = "legislative", "parliaments: debates, laws, votes, coalitions"
    ELECTION = "election", "elections, campaigns, referendums and their results"
    POLITICAL_INSTITUTIONS = (
        "political_institutions",
        "the rules and bodies of the political system, such as a constitution",
    )
    PRO_DEMOCRACY = "pro_democracy", "moves toward freer elections, wider participation and checks on power"
    PRO_AUTOCRACY = (
        "pro_autocracy",
        "moves toward power held by a few, with weaker elections, courts or parliaments",
    )
    ECONOMIC = "economic", "trade, finance, industry, jobs and development"
    LEGAL = "legal", "courts, trials, treaties, and national or international law"
    REPARATIONS = "reparations", "compensation and other redress for past wrongs"
    HUMAN_RIGHTS = "human_rights", "human rights and their violation, where the text raises them as such"
    RIGHTS_FREEDOMS = (
        "rights_freedoms",
        "civil and political freedoms, such as those of speech, press, assembly and vote",
    )
    REPRESSION = "repression", "a state's pressure on its own people, opponents or minorities"
    HUMAN_SECURITY = (
        "human_security",
        "whether people have the basics of life, such as food, water, shelter and heat",
    )
    GENDER = (
        "gender",
        "women's and men's places in society, and violence or unequal treatment based on gender",
    )
    LGBT = "lgbt", "lesbian, gay, bisexual and transgender people and their rights"
    RELIGION_ETHNICITY = "religion_ethnicity", "religious or ethnic groups and relations among them"
    INEQUALITY = "inequality", "gaps in income, wealth, opportunity or treatment among groups"
    DIPLOMATIC = "diplomatic", "relations between states, embassies, negotiations and international bodies"
    TERRITORY = "territory", "borders, sovereignty and who controls an area"
    PEACEKEEPING = "peacekeeping", "international missions that keep or watch over a peace"
    HEALTH = "health", "disease, epidemics, medicine and health care"
    ASYLUM = "asylum", "protection sought or given abroad by people who flee persecution"
    MIGRATION = "migration", "people who move or are driven from home: migrants, refugees, the displaced"
    DISASTERS = "disasters", "floods, earthquakes, famines, industrial accidents and other disasters"
    NATURAL_RESOURCE = (
        "natural_resource",
        "oil, gas, minerals, water, land, forests or fish, and who may use them",
    )
    ENVIRONMENT = "environment", "climate, pollution, conservation and nature"
    TECHNOLOGY = "technology", "research, innovation, digital industry and space"
    TERRORISM = (
        "terrorism",
        "attacks meant to spread fear among civilians, the groups behind them, and measures against them",
    )
    CBRN = "cbrn", "chemical, biological, radiological or nuclear weapons or materials"
    CYBER = "cyber", "attacks on, crime in and defense of computers and networks"
    MISINFORMATION = "misinformation", "false or misleading information and propaganda"
    CRIME = "crime", "offenses against the law, criminals and policing"
    CORRUPTION = "corruption", "abuse of public office for private gain"
    ILLEGAL_DRUGS = "illegal_drugs", "drugs made, traded or used against the law"
    TRAFFICKING = "trafficking", "smuggling of and trade in people, arms, wildlife or other illicit goods"


class Modality(Term):
    """How real the source says an event is."""

    ACTUAL = "actual", "reported as having happened"
    ONGOING = "ongoing", "reported as happening, not yet over"
    PLANNED = "planned", "decided, announced or scheduled, not yet begun"
    POSSIBLE = "possible", "reported as something that could happen, not as decided"
    DENIED = "denied", "reported as not having happened, or as not going to happen"


class ProposalCategory(Term):
    """What a proposal is about."""

    ARMS_CONTROL = (
        "arms_control",
        "limits on, inspection of or talks about whole classes of arms, such as a treaty on nuclear missiles",
    )
    HOTLINE = "hotline", "a direct line of communication between the sides, for use in a crisis"
    MILITARY_TRANSPARENCY = (
        "military_transparency",
        "notice, briefings or observers for exercises, movements and arsenals",
    )
    TROOP_DEPLOYMENT = "troop_deployment", "soldiers, ships or aircraft to be sent or stationed somewhere"
    FORCE_WITHDRAWAL = "force_withdrawal", "soldiers or equipment to be pulled out of or back from an area"
    WEAPONS_LIMIT = "weapons_limit", "certain weapons not to be placed, or only so many, in a named area"
    ARMS_TRANSFER = "arms_transfer", "weapons or military equipment to be given or sold, or no longer so"
    MEMBERSHIP = "membership", "who may join an alliance or an organization, and who may not"
    TALKS = "talks", "a meeting, a series of meetings or negotiations to be held"
    SANCTIONS = "sanctions", "economic or diplomatic penalties to be imposed, widened, eased or lifted"
    SECURITY_GUARANTEE = "security_guarantee", "a pledge to protect a party, or to leave it unharmed"
    EVACUATION = "evacuation", "people to be brought out of, or told to leave, a place in danger"
    CEASEFIRE = "ceasefire", "fighting to be stopped or paused"
    HUMANITARIAN = "humanitarian", "relief, safe passage or protection for people in need"
    ECONOMIC = "economic", "trade, investment, loans, energy or other economic arrangements"
    OTHER = "other", "none of the other categories"


class ProposalStatus(Term):
    """How far a proposal has come."""

    FLOATED = "floated", "mentioned or hinted at, not formally put forward"
    TABLED = "tabled", "formally put to the other side, awaiting an answer"
    ACCEPTED = "accepted", "agreed to in full"
    PARTLY_ACCEPTED = "partly_accepted", "agreed to in some of its points, not in others"
    REJECTED = "rejected", "turned down"
    WITHDRAWN = "withdrawn", "taken back by the side that made it"
    UNDER_WAY = "under_way", "being carried out"
    DONE = "done", "carried out in full"


class Stance(Term):
    """What the speaker does by saying it."""

    ASSERT = "assert", "says that something is so"
    DENY = "deny", "says that something is not so, or did not happen"
    WARN = "warn", "says that something bad may follow"
    PROMISE = "promise", "commits to doing something, or to not doing it"
    DEMAND = "demand", "insists that somebody do or stop something"
    PRAISE = "praise", "speaks well of somebody or something"
    CRITICIZE = "criticize", "speaks ill of somebody or something, or assigns blame"
    HOPE = "hope", "says what the speaker wishes to happen"
    ASK = "ask", "asks a question, or politely asks for something"


class Attribution(Term):
    """How the words of a statement stand in the text, and whether it tells who said them."""

    DIRECT = "direct", "in quotation marks, as the speaker's own words"
    INDIRECT = "indirect", "in the writer's words, without quotation marks"
    MIXED = "mixed", "partly in the writer's words and partly in quotation marks"
    UNATTRIBUTED = "unattributed", "the text does not say whose words they are"


class Role(Term):
    """The part that an actor has in a fact."""

    ACTOR = "actor", "does what the event tells; in a visit, the one who visits"
    RECIPIENT = "recipient", "has the act done to or for it"
    PARTICIPANT = "participant", "takes part on the same footing as others, as in talks or a treaty"
    HOST = "host", "receives the visitor, or holds the meeting"
    PROPOSER = "proposer", "makes the offer or the demand of a proposal"
    ADDRESSEE = "addressee", "is the one whom a proposal or a statement is meant for"
    SPEAKER = "speaker", "says or writes the words of a statement"
    ATTRIBUTED_TO = "attributed_to", "is named by the text as the source of the information"
    MENTIONED = "mentioned", "is named in the fact without having any of the other parts"


class ActorKind(Term):
    """What an actor is."""

    COUNTRY = "country", "a state or territory, and its government where that stands for the whole"
    PERSON = "person", "one human being"
    ORGANIZATION = (
        "organization",
        "a body with a name and members or staff: ministry, alliance, company, party, army",
    )
    GROUP = "group", "people spoken of together without a formal body, such as protesters or analysts"


class Sector(Term):
    """The part of public life that an actor belongs to, by its PLOVER or CAMEO code."""

    GOV = "GOV", "government: the executive, its ministries, agencies and officials"
    MIL = "MIL", "military: a state's armed forces and their members"
    LEG = "LEG", "legislature: parliaments, their chambers, committees and members"
    JUD = "JUD", "judiciary: courts, judges and prosecutors"
    IGO = "IGO", "intergovernmental organization: a body whose members are states, such as NATO or the UN"
    NGO = "NGO", "nongovernmental organization: a private body that serves a public cause, not profit"
    MED = "MED", "media: newspapers, broadcasters, news agencies and journalists"
    BUS = "BUS", "business: companies, banks, traders and their associations"
    CVL = "CVL", "civilians: private persons and groups with no other sector"
    OPP = "OPP", "opposition: parties and politicians out of power, and activists against the government"
    REB = "REB", "rebels: armed groups that fight their own state"
    COP = "COP", "police: police forces and officers, border and prison guards included"
    SPY = "SPY", "intelligence services: agencies that gather secret information, and their officers"
    UAF = (
        "UAF",
        "unaligned armed forces: armed groups fighting neither clearly for nor clearly against the state",
    )
    EDU = "EDU", "education: schools, universities, teachers, scholars and students"
    LAB = "LAB", "labor: trade unions and workers acting as such"
    REL = "REL", "religion: religious bodies, clergy and believers acting as such"


class QuantityQualifier(Term):
    """How exactly a quantity is given in the text."""

    EXACT = "exact", "given as a plain number, with no word that loosens it"
    ABOUT = "about", "given as roughly that many: about, some, nearly"
    AT_LEAST = "at_least", "that many or more: at least, more than, over"
    AT_MOST = "at_most", "that many or fewer: up to, at most, under"
    ESTIMATED = "estimated", "given as somebody's estimate"


class RelationType(Term):
    """How a fact relates to another; read each as: this fact ... the other fact."""

    RESPONDS_TO = "responds_to", "answers or reacts to the other"
    PART_OF = "part_of", "is a part or a step of the other, larger one"
    FOLLOWS = "follows", "comes after the other in the same course of events"
    CORROBORATES = "corroborates", "confirms the other, from another source"
    CONTRADICTS = "contradicts", "cannot be true together with the other"
    DIFFERS_IN_SCOPE = (
        "differs_in_scope",
        "looks like the other but counts or covers something else, such as troops alone or troops and tanks",
    )
    SUPERSEDES = "supersedes", "replaces the other, which is out of date or was corrected"


class ReviewStatus(Term):
    """Where a fact stands in editorial review."""

    PENDING = "pending", "not yet reviewed"
    APPROVED = "approved", "checked against its evidence and accepted"
    REJECTED = "rejected", "checked and found wrong or unfit"


class Resource(Term):
    """What an answer to a search is."""

    ARTICLE = "article", "a published text, as it was received"
    ACTOR = "actor", "a person, country, organization or group that facts name"
    FACT = "fact", "an event, a proposal or a statement"


class Scope(Term):
    """What a key allows besides reading. A key may have several."""

    INGEST = "ingest", "store fact sheets and articles; their facts are pending until somebody reviews them"
    EDIT = "edit", "correct, merge and delete what is stored, and take a merge back"
    REVIEW = "review", "approve and reject facts"
    ADMIN = "admin", "all of the above, and webhooks, which send what is stored elsewhere"


QUAD_OF: Mapping[EventType, Quad] = MappingProxyType(
    {
        EventType.AGREE: Quad.VERBAL_COOPERATION,
        EventType.CONSULT: Quad.VERBAL_COOPERATION,
        EventType.SUPPORT: Quad.VERBAL_COOPERATION,
        EventType.CONCEDE: Quad.VERBAL_COOPERATION,
        EventType.COOPERATE: Quad.MATERIAL_COOPERATION,
        EventType.AID: Quad.MATERIAL_COOPERATION,
        EventType.RETREAT: Quad.MATERIAL_COOPERATION,
        EventType.REQUEST: Quad.VERBAL_CONFLICT,
        EventType.REJECT: Quad.VERBAL_CONFLICT,
        EventType.ACCUSE: Quad.VERBAL_CONFLICT,
        EventType.THREATEN: Quad.VERBAL_CONFLICT,
        EventType.PROTEST: Quad.MATERIAL_CONFLICT,
        EventType.SANCTION: Quad.MATERIAL_CONFLICT,
        EventType.MOBILIZE: Quad.MATERIAL_CONFLICT,
        EventType.COERCE: Quad.MATERIAL_CONFLICT,
        EventType.ASSAULT: Quad.MATERIAL_CONFLICT,
    }
)
"""The quad that each event type belongs to."""

MODES_OF: Mapping[EventType, tuple[Mode, ...]] = MappingProxyType(
    {
        EventType.AGREE: (),
        EventType.CONSULT: (Mode.VISIT, Mode.THIRD_PARTY, Mode.MULTILATERAL, Mode.PHONE),
        EventType.SUPPORT: (),
        EventType.CONCEDE: (),
        EventType.COOPERATE: (),
        EventType.AID: (),
        EventType.RETREAT: (
            Mode.WITHDRAW,
            Mode.RELEASE,
            Mode.DISARM,
            Mode.CEASEFIRE,
            Mode.ACCESS,
            Mode.RESIGN,
        ),
        EventType.REQUEST: (Mode.ASSIST, Mode.CHANGE, Mode.YIELD, Mode.MEET),
        EventType.REJECT: (Mode.ASSIST, Mode.CHANGE, Mode.YIELD, Mode.MEET),
        EventType.ACCUSE: (Mode.DISAPPROVE, Mode.INVESTIGATE, Mode.ALLEGE),
        EventType.THREATEN: (
            Mode.RESTRICT,
            Mode.ARREST,
            Mode.RELATIONS,
            Mode.EXPEL,
            Mode.TERRITORY,
            Mode.VIOLENCE,
        ),
        EventType.PROTEST: (
            Mode.DEMO,
            Mode.RIOT,
            Mode.STRIKE,
            Mode.HUNGER,
            Mode.BOYCOTT,
            Mode.OBSTRUCT,
            Mode.VANDALIZE,
        ),
        EventType.SANCTION: (Mode.CONVICT, Mode.EXPEL, Mode.WITHDRAW, Mode.DISCONTINUE),
        EventType.MOBILIZE: (Mode.TROOPS, Mode.WEAPONS, Mode.POLICE, Mode.MILITIA),
        EventType.COERCE: (
            Mode.SEIZE,
            Mode.RESTRICT,
            Mode.CENSOR,
            Mode.CURFEW,
            Mode.MARTIAL_LAW,
            Mode.ARREST,
            Mode.DEPORT,
            Mode.WITHHOLD,
            Mode.MISINFORMATION,
            Mode.CYBER,
        ),
        EventType.ASSAULT: (
            Mode.ABDUCT,
            Mode.BEAT,
            Mode.TORTURE,
            Mode.SEXUAL,
            Mode.TARGETED,
            Mode.DESTROY,
            Mode.PRIMITIVE,
            Mode.FIREARMS,
            Mode.EXPLOSIVES,
            Mode.SUICIDE_ATTACK,
            Mode.AERIAL,
            Mode.DRONE,
            Mode.HEAVY_WEAPONS,
            Mode.CROWD_CONTROL,
            Mode.UNCONVENTIONAL,
        ),
    }
)
"""The modes that an event of each type may have; empty where it has none."""

VOCABULARIES: Mapping[str, type[Term]] = MappingProxyType(
    {
        "fact_kinds": FactKind,
        "event_types": EventType,
        "modes": Mode,
        "quads": Quad,
        "contexts": Context,
        "modalities": Modality,
        "proposal_categories": ProposalCategory,
        "proposal_statuses": ProposalStatus,
        "stances": Stance,
        "attributions": Attribution,
        "roles": Role,
        "actor_kinds": ActorKind,
        "sectors": Sector,
        "quantity_qualifiers": QuantityQualifier,
        "relation_types": RelationType,
        "review_statuses": ReviewStatus,
        "resources": Resource,
        "scopes": Scope,
    }
)
"""Every vocabulary by its public name, in the order in which they are listed."""
